namespace Inference.Optimization.Evaluation;

/// <summary>How a slice of the data fares.</summary>
/// <param name="Name">Column and value, such as <c>sex=0</c>.</param>
/// <param name="Rows">Its rows.</param>
/// <param name="Judged">Whether it has rows enough to count.</param>
/// <param name="Source">The source model's metric.</param>
/// <param name="Candidate">The other model's metric.</param>
/// <param name="Drop">How much worse the other is; see <see cref="Metric.Drop"/>.</param>
/// <param name="DropLow">Lower end of the drop's 95 % interval.</param>
/// <param name="DropHigh">Upper end of it.</param>
public sealed record SliceResult(string Name, int Rows, bool Judged, double Source, double Candidate, double Drop, double DropLow, double DropHigh);
