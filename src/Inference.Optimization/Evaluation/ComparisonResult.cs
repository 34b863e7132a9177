namespace Inference.Optimization.Evaluation;

/// <summary>Two models side by side on the same rows.</summary>
/// <param name="Metric">The metric's name.</param>
/// <param name="Rows">Rows judged.</param>
/// <param name="Source">The source model's metric.</param>
/// <param name="Candidate">The other model's metric.</param>
/// <param name="Drop">How much worse the other is; see <see cref="Evaluation.Metric.Drop"/>.</param>
/// <param name="DropLow">Lower end of the drop's 95 % interval (paired bootstrap).</param>
/// <param name="DropHigh">Upper end of it.</param>
/// <param name="Slices">Each slice by itself.</param>
/// <param name="FlipCount">Rows on which the predicted class differs.</param>
/// <param name="FlipsToWrong">Flips away from the true class.</param>
/// <param name="FlipsToRight">Flips to the true class.</param>
/// <param name="Flips">The first 50 of them.</param>
/// <param name="WorstOutputError">The greatest absolute difference of the outputs.</param>
/// <param name="MeanOutputError">The mean absolute difference of the outputs.</param>
public sealed record ComparisonResult(
    string Metric,
    int Rows,
    double Source,
    double Candidate,
    double Drop,
    double DropLow,
    double DropHigh,
    IReadOnlyList<SliceResult> Slices,
    int FlipCount,
    int FlipsToWrong,
    int FlipsToRight,
    IReadOnlyList<Flip> Flips,
    double WorstOutputError,
    double MeanOutputError)
{
    /// <summary>The greatest drop of a slice that has rows enough; negative infinity where there is none.</summary>
    public double WorstSliceDrop => Slices.Where(s => s.Judged).Select(s => s.Drop).DefaultIfEmpty(double.NegativeInfinity).Max();
}
