namespace Inference.Placement;

/// <summary>A part of a model and the provider that runs it.</summary>
/// <param name="Provider">The provider.</param>
/// <param name="Nodes">The number of nodes in the part, as counted in the file.</param>
/// <param name="Operators">The distinct operators of these nodes.</param>
internal sealed record PlacementPart(string Provider, int Nodes, IReadOnlyList<string> Operators);
