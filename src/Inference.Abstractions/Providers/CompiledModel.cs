namespace Inference.Providers;

/// <summary>A compiled graph. <see cref="Run"/> is synchronous and thread-safe; disposing while runs are in flight lets them finish.</summary>
public abstract class CompiledModel : IDisposable
{
    /// <summary>Runs once.</summary>
    /// <param name="inputs">One value for each of the graph's inputs, in order; they stay the caller's and are not modified. Null entries are never passed.</param>
    /// <param name="outputs">One slot for each of the graph's outputs. Where a slot is null the provider allocates and stores a value that the caller disposes; a
    /// filled slot (an owned tensor of the right type and shape) is written in place.</param>
    /// <param name="cancellationToken">Stops the run where the provider can.</param>
    /// <exception cref="ModelRunException">The model failed on these values.</exception>
    public abstract void Run(ReadOnlySpan<ModelValue> inputs, Span<ModelValue?> outputs, CancellationToken cancellationToken);

    /// <summary>Releases the model; runs in flight finish first.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases what the model holds.</summary>
    /// <param name="disposing">Whether <see cref="Dispose()"/> was called; false from a finalizer.</param>
    protected virtual void Dispose(bool disposing)
    {
    }
}
