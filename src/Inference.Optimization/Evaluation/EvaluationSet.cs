using System.Globalization;
using Inference.Data;
using Inference.Optimization.Numerics;
using Inference.Rows;

namespace Inference.Optimization.Evaluation;

/// <summary>The labels and slices of a data source, read once.</summary>
internal sealed class EvaluationSet
{
    private EvaluationSet(IDataSource data, TensorValue? labels, string[][] slices, int rows)
    {
        Data = data;
        Labels = labels;
        Slices = slices;
        Rows = rows;
    }

    public IDataSource Data { get; }

    /// <summary>All labels, rows first; null if the metric needs none.</summary>
    public TensorValue? Labels { get; }

    /// <summary>The slices of each row, such as <c>sex=0</c>; empty if there are no slice columns.</summary>
    public string[][] Slices { get; }

    public int Rows { get; }

    /// <exception cref="OptimizationException">The metric needs labels and no column is specified.</exception>
    /// <exception cref="DataException">A column is missing, a label is not finite, or there are no rows.</exception>
    public static async Task<EvaluationSet> ReadAsync(IDataSource data, EvaluationOptions options, CancellationToken cancellationToken)
    {
        bool labelled = !options.IsAgreement;
        if (labelled && string.IsNullOrEmpty(options.Labels))
        {
            throw new OptimizationException(
                $"Metric '{options.Metric?.Name ?? "accuracy"}': expected a column of labels, got none. Set EvaluationOptions.Labels (--labels), or use the metric agreement, which compares with the source model.");
        }

        string[] columns = [.. options.Slices.Concat(labelled ? [options.Labels!] : []).DefaultIfEmpty(data.Columns[0].Name).Distinct()];
        var labels = new List<TensorValue>();
        var slices = new List<string[]>();
        int rows = 0;
        await foreach (DataBatch batch in data.ReadAsync(columns, 1024, cancellationToken).ConfigureAwait(false))
        {
            using (batch)
            {
                if (labelled)
                {
                    labels.Add(Labelled(batch.Values[options.Labels!], data, options.Labels!, rows));
                }

                if (options.Slices.Count > 0)
                {
                    string[][] values = [.. options.Slices.Select(slice => Values(batch.Values[slice], slice, data))];
                    slices.AddRange(Enumerable.Range(0, batch.Rows).Select(row => Array.ConvertAll(values, column => column[row])));
                }

                rows += batch.Rows;
            }
        }

        return rows == 0
            ? throw new DataException($"{data.Name}: expected at least one row, got none. Add rows.")
            : new EvaluationSet(data, labelled ? TensorRows.Concatenate([.. labels]) : null, [.. slices], rows);
    }

    private static TensorValue Labelled(TensorValue tensor, IDataSource data, string column, int firstRow)
    {
        if (tensor.ElementType is ElementType.Float32 or ElementType.Float64 or ElementType.Float16 or ElementType.BFloat16)
        {
            float[] numbers = TensorConversion.ToFloats(tensor);
            int bad = Array.FindIndex(numbers, l => !float.IsFinite(l));
            if (bad >= 0)
            {
                throw new DataException(
                    $"{data.Name}, column '{column}', row {firstRow + (bad / TensorRows.RowElements(tensor))}: expected a finite label, got {numbers[bad]}. Remove or correct the row.");
            }
        }

        return TensorRows.Copy(tensor, 0, TensorRows.Count(tensor));
    }

    private static string[] Values(TensorValue tensor, string slice, IDataSource data)
    {
        if (tensor.Rank != 1)
        {
            throw new DataException($"{data.Name}, column '{slice}': expected one value per row to slice by, got shape {TensorShape.Format(tensor.Shape)}. Choose another column.");
        }

        string[] values = tensor.ElementType == ElementType.String
            ? tensor.AsSpan<string>().ToArray()
            : Array.ConvertAll(TensorConversion.ToFloats(tensor), v => v.ToString("R", CultureInfo.InvariantCulture));
        return Array.ConvertAll(values, value => string.Intern($"{slice}={value}"));
    }
}
