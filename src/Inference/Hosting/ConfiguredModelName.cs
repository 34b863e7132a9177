namespace Inference.Hosting;

/// <summary>The name of a model whose options come from a section of the configuration; the list of them is in the service collection.</summary>
internal sealed record ConfiguredModelName(string Name);
