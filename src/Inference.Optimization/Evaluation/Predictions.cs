namespace Inference.Optimization.Evaluation;

/// <summary>The raw elements of one output for every row, for training and for measuring layer errors, not for evaluation: [rows, columns], further axes flattened.</summary>
/// <param name="Values">Row-major.</param>
/// <param name="Rows">The number of rows.</param>
/// <param name="Columns">The number of elements per row.</param>
internal sealed record Predictions(float[] Values, int Rows, int Columns)
{
    /// <summary>The elements of a row.</summary>
    /// <param name="row">The index of the row, from 0.</param>
    public ReadOnlySpan<float> Row(int row) => Values.AsSpan(row * Columns, Columns);

    /// <summary>The squared error of other predictions ÷ the variance of these.</summary>
    /// <param name="wanted">The predictions to compare with.</param>
    /// <param name="got">The other predictions, of equal shape.</param>
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

    /// <summary>The share of the variance of these predictions that others explain: of all columns together if they are probabilities, otherwise the mean over the columns that vary.</summary>
    /// <param name="wanted">The predictions to explain.</param>
    /// <param name="got">The other predictions, of equal shape.</param>
    public static double Explained(Predictions wanted, Predictions got)
    {
        int columns = wanted.Columns;
        var errors = new double[columns];
        var variances = new double[columns];
        for (int c = 0; c < columns; c++)
        {
            double mean = 0;
            for (int r = 0; r < wanted.Rows; r++)
            {
                mean += wanted.Values[(r * columns) + c] / (double)wanted.Rows;
            }

            for (int r = 0; r < wanted.Rows; r++)
            {
                double value = wanted.Values[(r * columns) + c];
                errors[c] += (value - got.Values[(r * columns) + c]) * (value - got.Values[(r * columns) + c]);
                variances[c] += (value - mean) * (value - mean);
            }
        }

        if (wanted.AreProbabilities())
        {
            return 1 - (errors.Sum() / Math.Max(variances.Sum(), 1e-30));
        }

        int[] varying = [.. Enumerable.Range(0, columns).Where(c => variances[c] > 0)];
        return varying.Length == 0 ? (errors.Sum() > 0 ? 0 : 1) : varying.Average(c => 1 - (errors[c] / variances[c]));
    }

    /// <summary>Whether all elements lie between 0 and 1.</summary>
    public bool AreProbabilities() => Array.TrueForAll(Values, static v => v is >= 0 and <= 1);
}
