using System.Diagnostics.Metrics;

namespace Inference.Validation;

/// <summary>Checks the inputs of each call and passes them on. Thread-safe.</summary>
internal sealed class ValidationRunner : DelegatingModelRunner
{
    private readonly StageOptions<ValidationOptions> _options;
    private volatile InputChecks _checks;

    public ValidationRunner(IModelRunner inner, StageOptions<ValidationOptions> options, IMeterFactory? meters)
        : base(inner)
    {
        ModelInfo info = inner.Info;
        _checks = null!;
        _options = options;
        var instruments = new ValidationInstruments(meters);
        try
        {
            options.OnChange(changed => _checks = new InputChecks(info, changed, instruments));
        }
        catch
        {
            options.Dispose();
            throw;
        }
    }

    public override ValueTask<NamedValues> RunAsync(NamedValues inputs, RunContext? context = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ReplacedInputs? replaced;
        try
        {
            replaced = _checks.Apply(inputs, context);
        }
        catch (InferenceException exception)
        {
            return ValueTask.FromException<NamedValues>(exception);
        }

        return replaced is null ? Inner.RunAsync(inputs, context, cancellationToken) : RunReplacedAsync(replaced, context, cancellationToken);
    }

    // Inputs bound once and rewritten in place would bypass the checks.
    public override object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceType == typeof(IBindable) ? null : base.GetService(serviceType, serviceKey);

    public override async ValueTask DisposeAsync()
    {
        _options.Dispose();
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        _options.Dispose();
        base.Dispose(disposing);
    }

    private async ValueTask<NamedValues> RunReplacedAsync(ReplacedInputs replaced, RunContext? context, CancellationToken cancellationToken)
    {
        using (replaced)
        {
            return await Inner.RunAsync(replaced.Values, context, cancellationToken).ConfigureAwait(false);
        }
    }
}
