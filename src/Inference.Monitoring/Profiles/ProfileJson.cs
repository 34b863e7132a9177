using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Inference.Monitoring.Profiles;

/// <summary>What is stated about columns, as JSON: read before a profile is made, written from a profile, edited, and read back.</summary>
internal static class ProfileJson
{
    // What a written profile says beside what can be stated.
    private static readonly HashSet<string> s_facts = new(StringComparer.Ordinal)
    {
        "name", "tensor", "type", "derivation", "edges", "categories", "open", "completeness", "minimum", "maximum", "distinct", "singletons", "constant", "integers",
    };

    private static readonly HashSet<string> s_ofRow = new(StringComparer.OrdinalIgnoreCase) { nameof(ColumnDerivation.Pair), nameof(ColumnDerivation.Repeat), nameof(ColumnDerivation.Residual), nameof(ColumnDerivation.Parity) };

    private static readonly HashSet<string> s_headers = new(StringComparer.Ordinal) { "format", "version", "model", "modelVersion", "modelDigest", "digest", "source", "rows", "classes", "season", "timeZone", "timeColumn" };

    /// <exception cref="MonitoringException">The text is not valid.</exception>
    public static ReferenceProfileOptions Read(string what, string json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            var columns = new Dictionary<string, ColumnOptions>(StringComparer.Ordinal);
            string? segments = null;
            foreach (JsonProperty part in document.RootElement.EnumerateObject())
            {
                if (part.Name == "segments" && part.Value.ValueKind is JsonValueKind.String or JsonValueKind.Null)
                {
                    segments = part.Value.GetString();
                }
                else if (part.Name == "columns" && part.Value.ValueKind == JsonValueKind.Array)
                {
                    foreach (JsonElement column in part.Value.EnumerateArray())
                    {
                        columns[column.GetProperty("name").GetString()!] = Column(what, column.GetProperty("name").GetString()!, column);
                    }
                }
                else if (part.Name == "columns" && part.Value.ValueKind == JsonValueKind.Object)
                {
                    foreach (JsonProperty column in part.Value.EnumerateObject())
                    {
                        columns[column.Name] = Column(what, column.Name, column.Value);
                    }
                }
                else if (part.Value.ValueKind is JsonValueKind.Array or JsonValueKind.Object && part.Name != "classes")
                {
                    columns[part.Name] = Column(what, part.Name, part.Value);
                }
                else if (!s_headers.Contains(part.Name))
                {
                    throw new MonitoringException($"{what}: expected 'columns' and 'segments', or columns by their names, got '{part.Name}'. Correct the name.");
                }
            }

            return new ReferenceProfileOptions { Columns = columns, SegmentColumn = segments };
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new MonitoringException($"{what}: expected {{\"columns\": {{NAME: {{\"side\": \"output\", \"kind\": \"score\", …}}}}, \"segments\": NAME}}, got: {exception.Message} Correct the text.", exception);
        }
    }

    public static string Write(ReferenceProfile profile)
    {
        var text = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(text, new JsonWriterOptions { Indented = true }))
        {
            writer.WriteStartObject();
            writer.WriteString("format", "inference-profile");
            writer.WriteNumber("version", ReferenceProfile.FormatVersion);
            writer.WriteString("model", profile.ModelName);
            writer.WriteString("modelVersion", profile.ModelVersion);
            writer.WriteString("modelDigest", profile.ModelDigest);
            writer.WriteString("digest", profile.Digest);
            writer.WriteString("source", profile.Source);
            writer.WriteNumber("rows", profile.Rows);
            writer.WriteString("segments", profile.SegmentColumn);
            writer.WriteString("season", Name(profile.Season));
            writer.WriteString("timeZone", profile.SeasonTimeZone);
            writer.WriteString("timeColumn", profile.TimeColumn);
            writer.WriteStartArray("columns");
            foreach (ReferenceColumn column in profile.Columns)
            {
                Write(writer, column);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(text.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter writer, ReferenceColumn column)
    {
        writer.WriteStartObject();
        writer.WriteString("name", column.Name);
        writer.WriteString("title", column.Title);
        writer.WriteString("side", Name(column.Side));
        writer.WriteString("kind", Name(column.Kind));
        writer.WriteString("tensor", column.Tensor);
        writer.WriteString("type", column.ElementType.Name());
        writer.WriteString("derivation", Name(column.Derivation));
        writer.WriteNumber("completeness", column.Completeness);
        Number(writer, "minimum", column.Minimum);
        Number(writer, "maximum", column.Maximum);
        writer.WriteNumber("distinct", column.Distinct);
        writer.WriteNumber("singletons", column.Singletons);
        writer.WriteBoolean("constant", column.IsConstant);
        writer.WriteBoolean("integers", column.IsIntegerValued);
        if (column.Kind == ColumnKind.Numeric)
        {
            writer.WriteStartArray("edges");
            foreach (double edge in column.Edges)
            {
                writer.WriteNumberValue(edge);
            }

            writer.WriteEndArray();
        }
        else if (column.Kind == ColumnKind.Categorical)
        {
            writer.WriteBoolean("open", column.IsOpen);
            writer.WriteStartArray("categories");
            foreach (string category in column.Categories)
            {
                writer.WriteStringValue(category);
            }

            writer.WriteEndArray();
        }

        ColumnRules rules = column.Rules;
        writer.WriteStartObject("rules");
        writer.WriteBoolean("ignore", rules.Ignore);
        Number(writer, "minCompleteness", rules.MinCompleteness);
        Number(writer, "minimum", rules.Minimum);
        Number(writer, "maximum", rules.Maximum);
        writer.WriteBoolean("allowInfinite", rules.AllowInfinite);
        writer.WriteBoolean("allowUnseen", rules.AllowUnseen);
        Number(writer, "tolerance", rules.Tolerance);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void Number(Utf8JsonWriter writer, string name, double? value)
    {
        if (value is { } number && double.IsFinite(number))
        {
            writer.WriteNumber(name, number);
        }
        else
        {
            writer.WriteNull(name);
        }
    }

    private static string Name<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());

    private static ColumnOptions Column(string what, string column, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Array)
        {
            return new ColumnOptions { Titles = [.. value.EnumerateArray().Select(static t => t.GetString() ?? "")] };
        }

        var options = new ColumnOptions();
        foreach (JsonProperty part in value.EnumerateObject())
        {
            options = part.Name switch
            {
                "kind" => options with { Kind = Value<ColumnKind>(what, column, part) },
                "side" => options with { Side = Value<ColumnSide>(what, column, part) },
                "exclude" => options with { Exclude = part.Value.GetBoolean() },
                "title" => options with { Titles = part.Value.ValueKind == JsonValueKind.Null ? [] : [part.Value.GetString()!] },
                "titles" => options with { Titles = [.. part.Value.EnumerateArray().Select(static t => t.GetString() ?? "")] },
                "rules" => options with { Rules = Rules(what, column, part.Value) },
                "derivation" => options with { IsOfRow = s_ofRow.Contains(part.Value.GetString() ?? "") },
                _ when s_facts.Contains(part.Name) => options,
                _ => throw new MonitoringException($"{what}, column '{column}': expected kind, side, exclude, title, titles or rules, got '{part.Name}'. Correct the name."),
            };
        }

        return options;
    }

    private static ColumnRules Rules(string what, string column, JsonElement value)
    {
        var rules = new ColumnRules();
        foreach (JsonProperty part in value.EnumerateObject())
        {
            double? number = part.Value.ValueKind == JsonValueKind.Number ? part.Value.GetDouble() : null;
            rules = part.Name switch
            {
                "ignore" => rules with { Ignore = part.Value.GetBoolean() },
                "minCompleteness" => rules with { MinCompleteness = Share(number) },
                "minimum" => rules with { Minimum = number },
                "maximum" => rules with { Maximum = number },
                "allowInfinite" => rules with { AllowInfinite = part.Value.GetBoolean() },
                "allowUnseen" => rules with { AllowUnseen = part.Value.GetBoolean() },
                "tolerance" => rules with { Tolerance = Share(number) },
                _ => throw new MonitoringException($"{what}, column '{column}': expected a rule ignore, minCompleteness, minimum, maximum, allowInfinite, allowUnseen or tolerance, got '{part.Name}'. Correct the name."),
            };

            double? Share(double? share) => share is null or (>= 0 and <= 1) ? share : throw new MonitoringException($"{what}, column '{column}', rule '{part.Name}': expected 0 to 1, got {share}. Correct the number.");
        }

        return rules;
    }

    private static T Value<T>(string what, string column, JsonProperty part)
        where T : struct, Enum => Enum.TryParse(part.Value.GetString(), ignoreCase: true, out T value) && Enum.IsDefined(value)
        ? value
        : throw new MonitoringException($"{what}, column '{column}': expected a {part.Name} of {string.Join(", ", Enum.GetValues<T>().Select(Name))}, got '{part.Value}'. Correct the value.");
}
