namespace Inference.Optimization.Reports;

/// <summary>The values seen of an activation, and the range that its 8 bits cover.</summary>
public sealed class TensorRange
{
    /// <summary>The tensor.</summary>
    public required string Name { get; init; }

    /// <summary>How the range was chosen.</summary>
    public required string Method { get; init; }

    /// <summary>Its lower end.</summary>
    public required float Low { get; init; }

    /// <summary>Its upper end.</summary>
    public required float High { get; init; }

    /// <summary>Where the first bin begins.</summary>
    public required double Origin { get; init; }

    /// <summary>The width of a bin.</summary>
    public required double Width { get; init; }

    /// <summary>Values in each bin.</summary>
    public required IReadOnlyList<long> Counts { get; init; }

    internal const int Bins = 64;
}
