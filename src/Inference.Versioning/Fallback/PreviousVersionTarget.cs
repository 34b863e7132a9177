using Inference.Versioning.Leasing;
using Inference.Versioning.Routing;

namespace Inference.Versioning.Fallback;

/// <summary>The version served before the one that failed: for a canary, the default; for the default, the previous default.</summary>
internal sealed class PreviousVersionTarget(TargetCircuit circuit, DetachedWork detached, VersionedModelRunner versions) : FallbackTarget("version:previous", circuit, detached)
{
    public override ValueTask<NamedValues> RunAsync(NamedValues inputs, RunContext context, string? failedVersion, CancellationToken cancellationToken)
    {
        VersionSlot slot;
        do
        {
            slot = versions.Table().After(failedVersion)
                ?? throw new InferenceException($"Model '{versions.Versions.ModelName}': expected a loaded version before '{failedVersion}' to fall back to, found none. Raise KeepLatest.");
        }
        while (!slot.TryAcquire());
        return versions.RunAsync(new Route(slot, "fallback", null, IsCanary: false, null), inputs, context, cancellationToken);
    }
}
