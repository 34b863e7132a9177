namespace Inference.Kernels.Resizing;

/// <summary>Where linear interpolation reads along one axis; all of the output's length.</summary>
internal readonly ref struct LinearPositions
{
    /// <summary>First source index.</summary>
    public required ReadOnlySpan<int> Low { get; init; }

    /// <summary>Second source index.</summary>
    public required ReadOnlySpan<int> High { get; init; }

    /// <summary>Weight of the second, 0 to 1.</summary>
    public required ReadOnlySpan<float> Weight { get; init; }
}
