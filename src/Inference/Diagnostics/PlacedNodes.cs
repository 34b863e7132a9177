namespace Inference.Diagnostics;

/// <summary>A part of a model and the provider that runs it.</summary>
public sealed class PlacedNodes
{
    /// <summary>The provider.</summary>
    public required string Provider { get; init; }

    /// <summary>The number of nodes in the part, as counted in the file.</summary>
    public required int Nodes { get; init; }

    /// <summary>The distinct operators of these nodes.</summary>
    public required IReadOnlyList<string> Operators { get; init; }
}
