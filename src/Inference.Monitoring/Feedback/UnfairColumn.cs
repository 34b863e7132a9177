namespace Inference.Monitoring.Feedback;

/// <summary>A column with a gap between its groups.</summary>
/// <param name="Version">The model version.</param>
/// <param name="Column">The column.</param>
/// <param name="Gap">How large the gap is at least.</param>
/// <param name="Rate">Of which rate.</param>
/// <param name="High">The group with the high rate.</param>
/// <param name="Low">The group with the low rate.</param>
internal sealed record UnfairColumn(string Version, string Column, double Gap, string Rate, string High, string Low);
