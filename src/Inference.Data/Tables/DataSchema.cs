using System.Text.Json;

namespace Inference.Data;

/// <summary>How the columns of a file map to the model's inputs, labels and slices, where this should not be inferred.</summary>
public sealed class DataSchema
{
    private static readonly ElementType[] s_types =
    [
        ElementType.Float32, ElementType.Float64, ElementType.Float16, ElementType.Int64, ElementType.Int32, ElementType.Int16, ElementType.Int8,
        ElementType.UInt64, ElementType.UInt32, ElementType.UInt16, ElementType.UInt8, ElementType.Bool, ElementType.String,
    ];

    /// <summary>The inputs, labels and slices to build.</summary>
    public IReadOnlyList<DataField> Fields { get; init; } = [];

    /// <summary>For text tables, the separator between cells; null, the default, to infer it from the first lines.</summary>
    public char? Delimiter { get; init; }

    /// <summary>For text tables, whether the first line contains column names; null, the default, to infer it from the first lines.</summary>
    public bool? Header { get; init; }

    /// <summary>For text tables, strings that denote a missing number, in addition to empty cells; none by default.</summary>
    public IReadOnlyList<string> Missing { get; init; } = [];

    /// <summary>
    /// Reads a schema such as <c>{"delimiter": ";", "header": true, "missing": ["?"], "fields": {"numeric": {"type": "float32", "columns": ["age", "hours"]}, "city": {"codes": ["Bern", "Rome"]}}}</c>,
    /// in which every part is optional.
    /// </summary>
    /// <param name="path">The JSON file.</param>
    /// <exception cref="DataException">The file is missing or is not a valid schema.</exception>
    public static DataSchema Load(string path)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
            string? delimiter = null;
            bool? header = null;
            string[] missing = [];
            var fields = new List<DataField>();
            foreach (JsonProperty part in document.RootElement.EnumerateObject())
            {
                switch (part.Name)
                {
                    case "delimiter": delimiter = part.Value.GetString(); break;
                    case "header": header = part.Value.GetBoolean(); break;
                    case "missing": missing = Texts(part.Value); break;
                    case "fields": fields.AddRange(part.Value.EnumerateObject().Select(field => Field(path, field))); break;
                    default: throw Unknown($"{path}", part.Name, "delimiter, header, missing or fields");
                }
            }

            return delimiter is null or { Length: 1 }
                ? new DataSchema { Fields = fields, Delimiter = delimiter?[0], Header = header, Missing = missing }
                : throw new DataException($"{path}: expected a delimiter of one character, got {DataException.Quote(delimiter)}. Correct the schema.");
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{path}: expected a schema {{\"fields\": {{NAME: {{\"type\": …, \"columns\": […]}}}}}}, got: {exception.Message} Correct the schema.", exception);
        }
    }

    private static DataField Field(string path, JsonProperty field)
    {
        ElementType? type = null;
        string[] columns = [];
        string[] codes = [];
        foreach (JsonProperty part in field.Value.EnumerateObject())
        {
            switch (part.Name)
            {
                case "type": type = Type($"{path}, field '{field.Name}'", part.Value.GetString() ?? ""); break;
                case "columns": columns = Texts(part.Value); break;
                case "codes": codes = Texts(part.Value); break;
                default: throw Unknown($"{path}, field '{field.Name}'", part.Name, "type, columns or codes");
            }
        }

        return new DataField { Name = field.Name, Type = type, Columns = columns, Codes = codes };
    }

    private static ElementType Type(string where, string name) => Array.Find(s_types, t => t.Name() == name) is var type and not ElementType.Undefined
        ? type
        : throw new DataException($"{where}: expected the type {string.Join(", ", s_types.Select(t => t.Name()))}, got '{name}'. Correct the schema.");

    private static string[] Texts(JsonElement list) => [.. list.EnumerateArray().Select(static text => text.GetString() ?? "")];

    private static DataException Unknown(string where, string name, string expected) => new($"{where}: expected {expected}, got '{name}'. Correct the schema.");
}
