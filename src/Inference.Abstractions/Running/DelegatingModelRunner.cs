namespace Inference;

/// <summary>Base class for middleware: forwards everything to an inner runner, which it owns.</summary>
/// <param name="inner">The inner runner; disposed together with this one.</param>
public abstract class DelegatingModelRunner(IModelRunner inner) : IModelRunner
{
    /// <summary>The inner runner.</summary>
    protected IModelRunner Inner { get; } = inner ?? throw new ArgumentNullException(nameof(inner));

    /// <inheritdoc/>
    public virtual ModelInfo Info => Inner.Info;

    /// <inheritdoc/>
    public virtual ValueTask<NamedValues> RunAsync(NamedValues inputs, RunContext? context = null, CancellationToken cancellationToken = default) =>
        Inner.RunAsync(inputs, context, cancellationToken);

    /// <inheritdoc/>
    public virtual object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is null && serviceType.IsInstanceOfType(this) ? this : Inner.GetService(serviceType, serviceKey);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    public virtual async ValueTask DisposeAsync()
    {
        await Inner.DisposeAsync().ConfigureAwait(false);
        GC.SuppressFinalize(this);
    }

    /// <summary>Disposes the inner runner; override to release more, and call the base method last.</summary>
    /// <param name="disposing">True when called from <see cref="Dispose()"/>.</param>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            Inner.Dispose();
        }
    }
}
