namespace Inference.Evaluation.Metrics;

/// <summary>A metric over rows and how each of them moves it.</summary>
/// <param name="Value">The metric; NaN where it is not defined.</param>
/// <param name="Effects">n · (change of the metric per row): mean 0 over the rows; the standard error is their standard deviation ÷ √n (the jackknife).</param>
/// <param name="Best">What the effect of one more row could be where it is answered best, one an extreme; empty where nothing bounds it.</param>
/// <param name="Worst">Likewise where it is answered worst, of the same extremes.</param>
internal sealed record RowInfluence(double Value, double[] Effects, double[] Best, double[] Worst);
