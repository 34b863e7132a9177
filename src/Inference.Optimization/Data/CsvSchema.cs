using System.Text.Json;

namespace Inference.Optimization.Data;

/// <summary>How the columns of a table make the model's inputs, labels and slices.</summary>
/// <param name="Fields">The columns to make, each from one or more columns of the table.</param>
/// <param name="Delimiter">Between cells, a comma by default.</param>
public sealed record CsvSchema(IReadOnlyList<CsvField> Fields, char Delimiter = ',')
{
    /// <summary>Reads a schema such as <c>{"delimiter": ";", "fields": {"numeric": {"type": "float32", "columns": ["age", "hours"]}}}</c>.</summary>
    /// <param name="path">The JSON file.</param>
    /// <exception cref="DataException">The file is missing or is not such a schema.</exception>
    public static CsvSchema Load(string path)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
            JsonElement root = document.RootElement;
            char delimiter = root.TryGetProperty("delimiter", out JsonElement text) ? text.GetString()![0] : ',';
            var fields = new List<CsvField>();
            foreach (JsonProperty field in root.GetProperty("fields").EnumerateObject())
            {
                string typeName = field.Value.GetProperty("type").GetString() ?? "";
                ElementType type = Array.Find([ElementType.Float, ElementType.Double, ElementType.Int64, ElementType.Int32, ElementType.Bool, ElementType.String], t => t.Name() == typeName);
                if (type == ElementType.Undefined)
                {
                    throw new DataException($"{path}, field '{field.Name}': expected the type float32, float64, int64, int32, bool or string, got '{typeName}'. Correct the schema.");
                }

                string[] columns = field.Value.TryGetProperty("columns", out JsonElement list)
                    ? [.. list.EnumerateArray().Select(c => c.GetString() ?? "")]
                    : [field.Name];
                fields.Add(new CsvField(field.Name, type, columns));
            }

            return new CsvSchema(fields, delimiter);
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or IOException or UnauthorizedAccessException or IndexOutOfRangeException)
        {
            throw new DataException($"{path}: expected a schema {{\"fields\": {{NAME: {{\"type\": …, \"columns\": […]}}}}}}, got: {exception.Message} Correct the schema.", exception);
        }
    }
}
