using System.Globalization;
using Inference.Cli.Running;
using Inference.Data;
using Inference.Evaluation.Reading;

namespace Inference.Cli.Data;

/// <summary>Shows how data is mapped to a model, and reads all of it once, so that errors appear before a long run.</summary>
internal static class DryRun
{
    // Only cells are read: large batches save calls.
    private const int BatchRows = 1024;

    /// <summary>Prints the reports of all sources, and the source model's metric if it is evaluated.</summary>
    /// <param name="sources">The mapped rows.</param>
    /// <param name="json">Whether to print JSON.</param>
    /// <param name="judge">Evaluates the source model on the last of the sources: a metric such as <c>accuracy 0.974</c>, and how outputs and labels are read; null to evaluate nothing.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    public static async Task<int> PrintAsync(IReadOnlyList<MappedDataSource> sources, bool json, Func<IDataSource, Task<(string Metric, double Value, OutputReading Reading)>>? judge, CancellationToken cancellationToken)
    {
        var read = new List<(MappedDataSource Source, long Rows, IReadOnlyList<(string Column, long Cells)> Missing)>();
        foreach (MappedDataSource source in sources)
        {
            (long rows, IReadOnlyList<(string, long)> missing) = await ReadAsync(source, cancellationToken).ConfigureAwait(false);
            read.Add((source, rows, missing));
        }

        (string Metric, double Value, OutputReading Reading)? metric = judge is null || sources.Count == 0 ? null : await judge(sources[^1]).ConfigureAwait(false);
        if (json)
        {
            JsonOutput.Write(writer =>
            {
                writer.WriteArray("data", read, item =>
                {
                    item.Source.Report.WriteTo(writer);
                    writer.WriteNumber("rows", item.Rows);
                    writer.WriteArray("missing", item.Missing, column =>
                    {
                        writer.WriteString("column", column.Column);
                        writer.WriteNumber("values", column.Cells);
                    });
                });
                if (metric is { } found)
                {
                    writer.WriteStartObject("metric");
                    writer.WriteString("name", found.Metric);
                    writer.WriteNumber("value", found.Value);
                    writer.WriteEndObject();
                    writer.WritePropertyName("reading");
                    writer.WriteRawValue(found.Reading.ToJson());
                }
            });
            return ExitCodes.Done;
        }

        foreach ((MappedDataSource source, long rows, IReadOnlyList<(string Column, long Cells)> missing) in read)
        {
            Console.WriteLine(source.Report.ToText());
            string gaps = missing.Count == 0 ? "none missing" : $"missing: {string.Join(", ", missing.Select(static m => string.Create(CultureInfo.InvariantCulture, $"{m.Cells:N0} in '{m.Column}'")))}";
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {rows:N0} rows read, {gaps}"));
        }

        if (metric is { } value)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"source model: {value.Metric} {value.Value:G6} on {sources[^1].Name}"));
            Console.Write(value.Reading.Describe());
        }

        return ExitCodes.Done;
    }

    private static async Task<(long Rows, IReadOnlyList<(string Column, long Cells)> Missing)> ReadAsync(MappedDataSource source, CancellationToken cancellationToken)
    {
        var missing = new long[source.Columns.Count];
        long rows = 0;
        await foreach (DataBatch batch in source.ReadAsync([.. source.Columns.Select(static c => c.Name)], BatchRows, cancellationToken).ConfigureAwait(false))
        {
            using (batch)
            {
                rows += batch.Rows;
                for (int i = 0; i < missing.Length; i++)
                {
                    missing[i] += Missing((TensorValue)batch.Values.GetAt(i).Value);
                }
            }
        }

        return (rows, [.. source.Columns.Select((c, i) => (c.Name, missing[i])).Where(static m => m.Item2 > 0)]);
    }

    private static int Missing(TensorValue tensor) => tensor.ElementType switch
    {
        ElementType.Float32 => Count(tensor.AsSpan<float>(), float.IsNaN),
        ElementType.Float64 => Count(tensor.AsSpan<double>(), double.IsNaN),
        ElementType.Float16 => Count(tensor.AsSpan<Half>(), Half.IsNaN),
        ElementType.String => Count(tensor.AsSpan<string>(), string.IsNullOrEmpty),
        _ => 0,
    };

    private static int Count<T>(ReadOnlySpan<T> values, Func<T, bool> isMissing)
    {
        int count = 0;
        foreach (T value in values)
        {
            count += isMissing(value) ? 1 : 0;
        }

        return count;
    }
}
