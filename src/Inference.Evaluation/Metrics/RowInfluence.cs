namespace Inference.Evaluation.Metrics;

/// <summary>A metric over rows and how each of them moves it.</summary>
/// <param name="Value">The metric; NaN where it is not defined.</param>
/// <param name="Effects">n · (change of the metric per row): mean 0 over the rows; the standard error is their standard deviation ÷ √n (the jackknife).</param>
/// <param name="Reach">The greatest effect, in the sense of the metric, by which a better and a worse answer to one unseen row could differ; 0 where nothing bounds it.</param>
internal sealed record RowInfluence(double Value, double[] Effects, double Reach);
