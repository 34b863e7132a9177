namespace Inference.Optimization.Reports;

/// <summary>The observed values of an activation, and the range that its 8 bits cover.</summary>
public sealed class TensorRange
{
    /// <summary>The name of the tensor.</summary>
    public required string Name { get; init; }

    /// <summary>How the range was selected.</summary>
    public required string Method { get; init; }

    /// <summary>The lower end of the range.</summary>
    public required float Low { get; init; }

    /// <summary>The upper end of the range.</summary>
    public required float High { get; init; }

    /// <summary>The start of the first bin.</summary>
    public required double Origin { get; init; }

    /// <summary>The width of a bin.</summary>
    public required double Width { get; init; }

    /// <summary>The number of values in each bin.</summary>
    public required IReadOnlyList<long> Counts { get; init; }

    // Of a plot of 220 pixels.
    internal const int Bins = 64;
}
