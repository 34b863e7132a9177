namespace Inference.Providers;

/// <summary>A compiled graph. <see cref="Run"/> is synchronous and thread-safe; runs in flight when it is disposed are allowed to finish.</summary>
public abstract class CompiledModel : IDisposable
{
    /// <summary>Runs the graph once.</summary>
    /// <param name="inputs">One value for each of the graph's inputs, in order; they remain owned by the caller and are not modified. Entries are never null.</param>
    /// <param name="outputs">One entry for each of the graph's outputs. If an entry is null, the provider allocates and stores a value that the caller disposes; a
    /// non-null entry (an owned tensor of the right type and shape) is written in place.</param>
    /// <param name="cancellationToken">Stops the run if the provider supports it.</param>
    /// <exception cref="ModelRunException">The model failed for these values.</exception>
    public abstract void Run(ReadOnlySpan<ModelValue> inputs, Span<ModelValue?> outputs, CancellationToken cancellationToken);

    /// <summary>Releases the model; runs in flight finish first.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases the resources of the model.</summary>
    /// <param name="disposing">True when called from <see cref="Dispose()"/>; false when called from a finalizer.</param>
    protected virtual void Dispose(bool disposing)
    {
    }
}
