namespace Inference.Monitoring;

/// <summary>A metric of a monitored model on recent rows. Immutable.</summary>
/// <param name="Metric">The name: <c>auc</c>, <c>accuracy</c>, <c>f1</c>, <c>mae</c>, <c>rmse</c>.</param>
/// <param name="Reference">On the reference.</param>
/// <param name="Estimated">Estimated without labels.</param>
/// <param name="Low">The lower end of the 95 % interval of what labels will show.</param>
/// <param name="High">The upper end.</param>
/// <param name="Realized">From the last rows with labels; NaN without.</param>
/// <param name="Reliability">The share of rows whose cell holds enough labelled reference rows, 0 to 1.</param>
/// <param name="Rows">The rows that the estimate is of.</param>
public sealed record PerformanceSnapshot(string Metric, double Reference, double Estimated, double Low, double High, double Realized, double Reliability, long Rows);
