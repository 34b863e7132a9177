namespace Inference.Diagnostics;

/// <summary>A part of a model and where it runs.</summary>
public sealed class PlacedNodes
{
    /// <summary>The provider.</summary>
    public required string Provider { get; init; }

    /// <summary>Nodes of the file in the part.</summary>
    public required int Nodes { get; init; }

    /// <summary>Their operators, each once.</summary>
    public required IReadOnlyList<string> Operators { get; init; }
}
