using System.Globalization;
using Inference.Data;
using Inference.Optimization.Numerics;

namespace Inference.Optimization.Evaluation;

/// <summary>Labels and slices of a data source, read once.</summary>
internal sealed class EvaluationSet
{
    private EvaluationSet(IDataSource data, float[] labels, IReadOnlyList<(string Name, int[] Rows)> slices, int rows)
    {
        Data = data;
        Labels = labels;
        Slices = slices;
        Rows = rows;
    }

    public IDataSource Data { get; }

    /// <summary>Label values, row-major; empty where the metric needs none.</summary>
    public float[] Labels { get; }

    /// <summary>Slices by name (<c>column=value</c>), each with its rows.</summary>
    public IReadOnlyList<(string Name, int[] Rows)> Slices { get; }

    public int Rows { get; }

    /// <exception cref="OptimizationException">The metric needs labels and no column is named.</exception>
    /// <exception cref="DataException">A column is missing or a label is not a number.</exception>
    public static async Task<EvaluationSet> ReadAsync(IDataSource data, EvaluationOptions options, CancellationToken cancellationToken)
    {
        bool labelled = options.Metric.Name != "agreement";
        if (labelled && string.IsNullOrEmpty(options.Labels))
        {
            throw new OptimizationException(
                $"Metric '{options.Metric.Name}': expected a column of labels, got none. Name it with --labels, or use the metric agreement, which compares with the source model.");
        }

        List<string> columns = [.. options.Slices];
        if (labelled)
        {
            columns.Add(options.Labels!);
        }

        var labels = new List<float>();
        var slices = new SortedDictionary<string, List<int>>(StringComparer.Ordinal);
        int rows = 0;
        if (columns.Count == 0)
        {
            columns.Add(data.Columns[0].Name);
        }

        await foreach (DataBatch batch in data.ReadAsync([.. columns.Distinct()], 1024, cancellationToken).ConfigureAwait(false))
        {
            using (batch)
            {
                if (labelled)
                {
                    labels.AddRange(TensorConversion.ToFloats(batch.Values[options.Labels!]));
                }

                foreach (string slice in options.Slices)
                {
                    string[] values = Values(batch.Values[slice], slice, data);
                    for (int i = 0; i < values.Length; i++)
                    {
                        string name = $"{slice}={values[i]}";
                        if (!slices.TryGetValue(name, out List<int>? list))
                        {
                            slices[name] = list = [];
                        }

                        list.Add(rows + i);
                    }
                }

                rows += batch.Rows;
            }
        }

        int bad = labels.FindIndex(l => !float.IsFinite(l));
        return bad >= 0
            ? throw new DataException($"{data.Name}, column '{options.Labels}', row {bad / Math.Max(1, labels.Count / rows)}: expected a finite label, got {labels[bad]}. Remove or repair the row.")
            : new EvaluationSet(data, [.. labels], [.. slices.Select(s => (s.Key, s.Value.ToArray()))], rows);
    }

    private static string[] Values(TensorValue tensor, string slice, IDataSource data) => tensor.Rank != 1
        ? throw new DataException($"{data.Name}, column '{slice}': expected one value a row to slice by, got shape {TensorShape.Format(tensor.Shape)}. Choose another column.")
        : tensor.ElementType == ElementType.String
            ? tensor.AsSpan<string>().ToArray()
            : Array.ConvertAll(TensorConversion.ToFloats(tensor), v => v.ToString("R", CultureInfo.InvariantCulture));
}
