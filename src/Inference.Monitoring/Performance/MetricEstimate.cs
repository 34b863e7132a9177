namespace Inference.Monitoring.Performance;

/// <summary>A metric of rows whose labels are not known.</summary>
/// <param name="Metric">The name: <c>auc</c>, <c>accuracy</c>, <c>f1</c>, <c>mae</c>, <c>rmse</c>.</param>
/// <param name="Reference">The metric on the reference's rows.</param>
/// <param name="Value">The estimate.</param>
/// <param name="Low">The lower end of the interval for the metric that the labels will show.</param>
/// <param name="High">The upper end.</param>
/// <param name="Reliability">The share of the rows whose cell holds enough labelled reference rows, 0 to 1: elsewhere the estimate is an extrapolation.</param>
internal readonly record struct MetricEstimate(string Metric, double Reference, double Value, double Low, double High, double Reliability);
