namespace Inference.Versioning.Fallback;

/// <summary>One target of a fallback chain, with its circuit and its detached attempts.</summary>
internal abstract class FallbackTarget(string name, TargetCircuit circuit, DetachedWork detached)
{
    /// <summary>The name in metrics and records.</summary>
    public string Name => name;

    public TargetCircuit Circuit => circuit;

    /// <summary>Its detached attempts.</summary>
    public DetachedWork Detached => detached;

    /// <summary>The fallback that contains this target; null until it is created.</summary>
    public FallbackModelRunner? Owner { get; set; }

    /// <summary>The runner of another model; null for a target of the same model.</summary>
    public virtual IModelRunner? Other => null;

    /// <summary>Checks that the target exists and can replace the model; loads it if necessary.</summary>
    /// <exception cref="InferenceException">It is missing or not compatible.</exception>
    public virtual ValueTask CheckAsync(CancellationToken cancellationToken) => default;

    /// <summary>Runs the call.</summary>
    /// <param name="inputs">The inputs; they stay valid until the run completes.</param>
    /// <param name="context">The attempt's context.</param>
    /// <param name="failedVersion">The version that failed before; null if unknown.</param>
    /// <param name="cancellationToken">Asks the run to stop.</param>
    public abstract ValueTask<NamedValues> RunAsync(NamedValues inputs, RunContext context, string? failedVersion, CancellationToken cancellationToken);
}
