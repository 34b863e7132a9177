namespace Inference.Versioning.Fallback;

/// <summary>One link of a fallback chain: who answers, the circuit in front of it, and what it still owes.</summary>
internal abstract class FallbackTarget(string name, TargetCircuit circuit, DetachedWork detached)
{
    /// <summary>The name in metrics and records.</summary>
    public string Name => name;

    public TargetCircuit Circuit => circuit;

    /// <summary>Its attempts that were left alone.</summary>
    public DetachedWork Detached => detached;

    /// <summary>Runs the call.</summary>
    /// <param name="inputs">Stay valid until the run completes.</param>
    /// <param name="context">The attempt's.</param>
    /// <param name="failedVersion">The version that failed before; null where unknown.</param>
    /// <param name="cancellationToken">Asks the run to stop.</param>
    public abstract ValueTask<NamedValues> RunAsync(NamedValues inputs, RunContext context, string? failedVersion, CancellationToken cancellationToken);
}
