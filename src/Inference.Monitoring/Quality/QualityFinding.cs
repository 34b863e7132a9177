namespace Inference.Monitoring;

/// <summary>A rule of data quality that too many rows break.</summary>
/// <param name="Column">The name of the column.</param>
/// <param name="Rule">The rule: <c>missing</c>, <c>infinite</c>, <c>range</c>, <c>unseen</c>, <c>constant</c>, <c>unit</c>, <c>swap</c>, <c>duplicates</c>.</param>
/// <param name="Share">The share of rows that break it, 0 to 1.</param>
/// <param name="Evidence">ln of 1 ÷ the probability of so many among rows of the allowed share, at most: Chernoff's bound.</param>
/// <param name="Detail">What was found, for people.</param>
public sealed record QualityFinding(string Column, string Rule, double Share, double Evidence, string Detail);
