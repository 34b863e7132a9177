namespace Inference.Monitoring.Drift;

/// <summary>Returns the counts of a watched column's cells.</summary>
/// <param name="column">The place among the watched columns.</param>
internal delegate ReadOnlySpan<long> CountsOf(int column);
