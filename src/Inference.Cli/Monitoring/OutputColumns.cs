using Inference.Data;
using Inference.Monitoring;

namespace Inference.Cli.Monitoring;

/// <summary>Finds the columns of a file that hold a model's outputs: those stated, those with a usual name, or the only one whose values are probabilities.</summary>
internal static class OutputColumns
{
    // Enough to see whether values stay within 0 to 1.
    private const int LookedAtRows = 2_000;

    private static readonly HashSet<string> s_names = new(StringComparer.OrdinalIgnoreCase)
    {
        "score", "scores", "probability", "probabilities", "prob", "probs", "proba", "y_score", "y_scores", "y_prob", "y_proba", "output", "outputs", "logits",
        "output_probability", "output_label", "prediction", "predictions", "predicted", "pred", "preds", "y_pred", "y_hat", "yhat",
    };

    public static async Task<HashSet<string>> FindAsync(IDataSource source, string[] columns, string? labels, ReferenceProfileOptions options, CancellationToken cancellation)
    {
        var outputs = new HashSet<string>(StringComparer.Ordinal);
        foreach (string column in columns)
        {
            ColumnSide? stated = options.Columns.GetValueOrDefault(column)?.Side;
            if (stated == ColumnSide.Output || (stated is null && s_names.Contains(column)))
            {
                outputs.Add(column);
            }
        }

        string[] floats = [.. columns.Where(c => options.Columns.GetValueOrDefault(c)?.Side is null && source.GetColumn(c).Type is ElementType.Float32 or ElementType.Float64 && source.GetColumn(c).RowElements is >= 1 and <= 256)];
        if (outputs.Count > 0 || labels is null || floats.Length == 0)
        {
            return outputs;
        }

        await foreach (DataBatch batch in source.ReadAsync(floats, LookedAtRows, cancellation).ConfigureAwait(false))
        {
            using (batch)
            {
                string[] found = [.. floats.Where(c => AreProbabilities(batch.Values[c], (int)source.GetColumn(c).RowElements))];
                return found.Length == 1 ? [found[0]] : outputs;
            }
        }

        return outputs;
    }

    // Within 0 to 1 and not only 0 and 1; several of a row add up to 1.
    private static bool AreProbabilities(TensorValue tensor, int width)
    {
        double[] values = tensor.ElementType == ElementType.Float64 ? tensor.AsSpan<double>().ToArray() : Array.ConvertAll(tensor.AsSpan<float>().ToArray(), static v => (double)v);
        if (!values.All(static v => v is >= 0 and <= 1) || values.All(static v => v is 0 or 1))
        {
            return false;
        }

        // Rounding of single precision, for up to 256 classes.
        const double Tolerance = 1e-3;
        return width == 1 || values.Chunk(width).All(row => Math.Abs(row.Sum() - 1) < Tolerance);
    }
}
