namespace Inference.Optimization.Evaluation;

/// <summary>The raw values of one output for every row, to learn from and to measure errors of layers on; nothing is judged by them: [rows, columns], further axes flattened.</summary>
/// <param name="Values">Row-major.</param>
/// <param name="Rows">The number of rows.</param>
/// <param name="Columns">Values a row.</param>
internal sealed record Predictions(float[] Values, int Rows, int Columns)
{
    /// <summary>The values of a row.</summary>
    /// <param name="row">From 0.</param>
    public ReadOnlySpan<float> Row(int row) => Values.AsSpan(row * Columns, Columns);

    /// <summary>The squared error of other predictions ÷ the variance of these.</summary>
    /// <param name="wanted">The ones to compare with.</param>
    /// <param name="got">The others, of equal shape.</param>
    public static double RelativeError(Predictions wanted, Predictions got)
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

    /// <summary>Whether all values lie from 0 to 1.</summary>
    public bool AreProbabilities() => Array.TrueForAll(Values, static v => v is >= 0 and <= 1);
}
