using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Inference.Data;

/// <summary>How the columns of a file were mapped to a model's inputs, labels and slices.</summary>
public sealed class MappingReport
{
    /// <summary>The file, or the name of the data.</summary>
    public required string Source { get; init; }

    /// <summary>Facts inferred about the file, such as its separator.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>The resulting columns, shown as <c>numeric: float32[rows,6]</c>: the inputs in the model's order, then labels and slices.</summary>
    public required IReadOnlyList<DataColumn> Made { get; init; }

    /// <summary>Every column of the file, in file order, once for each use.</summary>
    public required IReadOnlyList<ColumnUse> Columns { get; init; }

    /// <summary>Formats the report as text; adjacent columns with the same use share a line.</summary>
    public string ToText()
    {
        var text = new StringBuilder();
        text.Append(Source).AppendLine(Notes.Count > 0 ? $": {string.Join(", ", Notes)}" : "");
        foreach (DataColumn made in Made)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  {made}");
        }

        foreach ((ColumnUse first, ColumnUse last, int count) in Runs())
        {
            string columns = count == 1 ? $"'{first.Column}'" : $"'{first.Column}' … '{last.Column}' ({count.ToString("N0", CultureInfo.InvariantCulture)} columns)";
            string role = first.Role == ColumnRole.Unused ? "left out" : $"{first.Role.ToString().ToLowerInvariant()} '{first.Target}'";
            text.AppendLine(CultureInfo.InvariantCulture, $"  {columns} ({first.Holds}) → {role}: {first.Reason}");
        }

        return text.ToString().TrimEnd();
    }

    /// <summary>Formats the report as a JSON object.</summary>
    public string ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new() { Indented = true }))
        {
            writer.WriteStartObject();
            WriteTo(writer);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>Writes the report's members into the current JSON object.</summary>
    /// <param name="writer">The writer, positioned inside an object.</param>
    public void WriteTo(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteString("source", Source);
        writer.WriteStartArray("notes");
        foreach (string note in Notes)
        {
            writer.WriteStringValue(note);
        }

        writer.WriteEndArray();
        writer.WriteStartArray("made");
        foreach (DataColumn made in Made)
        {
            writer.WriteStartObject();
            writer.WriteString("name", made.Name);
            writer.WriteString("type", made.Type.Name());
            writer.WriteStartArray("rowShape");
            foreach (long size in made.RowShape)
            {
                writer.WriteNumberValue(size);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("columns");
        foreach (ColumnUse use in Columns)
        {
            writer.WriteStartObject();
            writer.WriteString("column", use.Column);
            writer.WriteString("holds", use.Holds);
            writer.WriteString("role", use.Role.ToString().ToLowerInvariant());
            writer.WriteString("target", use.Target);
            writer.WriteString("reason", use.Reason);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    /// <inheritdoc/>
    public override string ToString() => ToText();

    private IEnumerable<(ColumnUse First, ColumnUse Last, int Count)> Runs()
    {
        for (int start = 0; start < Columns.Count;)
        {
            int end = start + 1;
            while (end < Columns.Count && Columns[end] is var next && Columns[start] is var first
                && next.Role == first.Role && next.Target == first.Target && next.Reason == first.Reason && next.Holds == first.Holds)
            {
                end++;
            }

            yield return (Columns[start], Columns[end - 1], end - start);
            start = end;
        }
    }
}
