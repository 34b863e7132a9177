namespace Inference.Monitoring.Statistics;

/// <summary>A distance between two samples of cells, with an interval for the distance between their distributions.</summary>
/// <param name="Value">The distance of the counts.</param>
/// <param name="Low">The lower end, 0 or more.</param>
/// <param name="High">The upper end.</param>
internal readonly record struct Effect(double Value, double Low, double High);
