namespace Inference.Monitoring;

/// <summary>The evidence after one bucket of a stream.</summary>
/// <param name="Row">The rows of the stream up to the end of the bucket.</param>
/// <param name="LogEvidence">ln of the evidence of the data-set alarm; −∞ or NaN for none.</param>
/// <param name="State">The state of all columns together.</param>
public readonly record struct TimelinePoint(long Row, double LogEvidence, MonitoringState State);
