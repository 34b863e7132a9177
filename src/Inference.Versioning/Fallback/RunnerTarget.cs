using Inference.Versioning.Loading;

namespace Inference.Versioning.Fallback;

/// <summary>A runner owned by another component, resolved on first use.</summary>
internal sealed class RunnerTarget : FallbackTarget
{
    private readonly Func<IModelRunner> _find;
    private readonly ModelSignature? _mustReplace;
    private readonly string _modelName;
    private IModelRunner? _runner;

    /// <param name="name">The name in metrics and records.</param>
    /// <param name="circuit">The circuit in front of it.</param>
    /// <param name="detached">Its detached attempts.</param>
    /// <param name="modelName">The model that it replaces, named in errors.</param>
    /// <param name="mustReplace">The signature that it must be able to replace; null: not checked.</param>
    /// <param name="find">Resolves the runner.</param>
    public RunnerTarget(string name, TargetCircuit circuit, DetachedWork detached, string modelName, ModelSignature? mustReplace, Func<IModelRunner> find)
        : base(name, circuit, detached)
    {
        _find = find;
        _mustReplace = mustReplace;
        _modelName = modelName;
    }

    public override IModelRunner? Other => _mustReplace is null ? null : _find();

    public override async ValueTask CheckAsync(CancellationToken cancellationToken) => await FindAsync(cancellationToken).ConfigureAwait(false);

    public override ValueTask<NamedValues> RunAsync(NamedValues inputs, RunContext context, string? failedVersion, CancellationToken cancellationToken) =>
        _runner is { } runner ? runner.RunAsync(inputs, context, cancellationToken) : FindAndRunAsync(inputs, context, cancellationToken);

    private async ValueTask<NamedValues> FindAndRunAsync(NamedValues inputs, RunContext context, CancellationToken cancellationToken)
    {
        IModelRunner runner = await FindAsync(cancellationToken).ConfigureAwait(false);
        return await runner.RunAsync(inputs, context, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<IModelRunner> FindAsync(CancellationToken cancellationToken)
    {
        IModelRunner runner = _find();
        await runner.EnsureLoadedAsync(cancellationToken).ConfigureAwait(false);
        if (_mustReplace?.WhyNotReplaceableBy(ModelSignature.Of(runner.Info)) is { } reason)
        {
            throw new InferenceException($"Model '{_modelName}', fallback '{Name}' cannot replace the model: {reason}. Choose a model with the same inputs and outputs.");
        }

        if (_mustReplace is not null && Owner is { } owner && FallbackCycle.Find(owner, runner) is { } way)
        {
            throw new InferenceException($"Model '{_modelName}', fallback '{Name}': expected fallbacks without a cycle, got {_modelName} → {way}. Remove one of them.");
        }

        return _runner = runner;
    }
}
