namespace Inference.Versioning.Fallback;

/// <summary>An entry of a fallback's chain.</summary>
/// <param name="Name">The name in the options.</param>
/// <param name="Make">Creates the target with its circuit and its detached attempts.</param>
internal sealed record FallbackLink(string Name, Func<TargetCircuit, DetachedWork, FallbackTarget> Make);
