namespace Inference.Evaluation.Metrics;

/// <summary>A metric over rows, and the influence of each row.</summary>
/// <param name="Value">The metric; NaN if it is undefined.</param>
/// <param name="Effects">n · (change of the metric per row): their mean over the rows is 0; the standard error is their standard deviation ÷ √n (the jackknife).</param>
/// <param name="Best">Possible effects of one more row with the best possible prediction, one for each extreme; empty if the effect is unbounded.</param>
/// <param name="Worst">Likewise for the worst possible prediction, in the same order.</param>
internal sealed record RowInfluence(double Value, double[] Effects, double[] Best, double[] Worst);
