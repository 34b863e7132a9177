namespace Inference.Optimization.Evaluation;

/// <summary>The values of one output for every row: [rows, columns], further axes flattened.</summary>
/// <param name="Values">Row-major.</param>
/// <param name="Rows">The number of rows.</param>
/// <param name="Columns">Values a row.</param>
public sealed record Predictions(float[] Values, int Rows, int Columns)
{
    /// <summary>The values of a row.</summary>
    /// <param name="row">From 0.</param>
    public ReadOnlySpan<float> Row(int row) => Values.AsSpan(row * Columns, Columns);

    /// <summary>The predicted class of a row: the column of the greatest value, the first where several are; with one column 1 where it is above the threshold, else 0.</summary>
    /// <param name="row">From 0.</param>
    /// <param name="threshold">For one column: 0.5 for probabilities, 0 for scores.</param>
    public int Class(int row, float threshold) =>
        Columns == 1 ? (Values[row] > threshold ? 1 : 0) : System.Numerics.Tensors.TensorPrimitives.IndexOfMax(Row(row));

    /// <summary>The squared error of other predictions ÷ the variance of these.</summary>
    /// <param name="wanted">The ones to compare with.</param>
    /// <param name="got">The others, of equal shape.</param>
    internal static double RelativeError(Predictions wanted, Predictions got)
    {
        double mean = System.Numerics.Tensors.TensorPrimitives.Sum<float>(wanted.Values) / Math.Max(1, wanted.Values.Length);
        double variance = 0;
        double error = 0;
        for (int i = 0; i < wanted.Values.Length; i++)
        {
            double difference = wanted.Values[i] - (double)got.Values[i];
            variance += (wanted.Values[i] - mean) * (wanted.Values[i] - mean);
            error += difference * difference;
        }

        return error / Math.Max(variance, 1e-30);
    }

    /// <summary>The threshold of a single column: 0.5 where all values are probabilities, else 0.</summary>
    public float Threshold() => Array.TrueForAll(Values, v => v is >= 0 and <= 1) ? 0.5f : 0;
}
