namespace Inference.Versioning.Fallback;

/// <summary>An entry of a fallback's chain, before it is a target.</summary>
/// <param name="Name">As the options name it.</param>
/// <param name="Make">Makes the target with its circuit and its detached attempts.</param>
internal sealed record FallbackLink(string Name, Func<TargetCircuit, DetachedWork, FallbackTarget> Make);
