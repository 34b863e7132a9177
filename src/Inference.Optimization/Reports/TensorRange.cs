namespace Inference.Optimization.Reports;

/// <summary>The values seen of an activation, and the range that its 8 bits cover.</summary>
/// <param name="Name">The tensor.</param>
/// <param name="Method">How the range was chosen.</param>
/// <param name="Low">Its lower end.</param>
/// <param name="High">Its upper end.</param>
/// <param name="Origin">Where the first bin begins.</param>
/// <param name="Width">The width of a bin.</param>
/// <param name="Counts">Values in each bin.</param>
public sealed record TensorRange(string Name, string Method, float Low, float High, double Origin, double Width, IReadOnlyList<long> Counts)
{
    internal const int Bins = 64;
}
