namespace Inference.Optimization.Evaluation;

/// <summary>A metric over fixed rows, for any number of times that each row counts.</summary>
internal abstract class PreparedMetric
{
    /// <param name="weights">How often each row counts.</param>
    /// <returns>The value; NaN where it is not defined, such as for no row.</returns>
    public abstract double Value(ReadOnlySpan<int> weights);
}
