namespace Inference.Versioning;

/// <summary>What shadow calls found so far.</summary>
/// <param name="Version">The version shadowed.</param>
/// <param name="Compared">Calls whose outputs were compared.</param>
/// <param name="Different">How many of them differed by more than the tolerance.</param>
/// <param name="Failed">Shadow calls that failed or ran out of time.</param>
/// <param name="Dropped">Calls that were not copied, as the budget was used up.</param>
/// <param name="LargestDifference">Largest absolute difference of floating-point elements.</param>
/// <param name="LastDifference">The last difference beyond the tolerance in words; null for none.</param>
public sealed record ShadowReport(string Version, long Compared, long Different, long Failed, long Dropped, double LargestDifference, string? LastDifference);
