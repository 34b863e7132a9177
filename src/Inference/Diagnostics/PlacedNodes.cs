namespace Inference.Diagnostics;

/// <summary>A part of a model and where it runs.</summary>
/// <param name="Provider">The provider.</param>
/// <param name="Nodes">Nodes of the file in the part.</param>
/// <param name="Operators">Their operators, each once.</param>
public sealed record PlacedNodes(string Provider, int Nodes, IReadOnlyList<string> Operators);
