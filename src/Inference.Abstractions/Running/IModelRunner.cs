namespace Inference;

/// <summary>Runs one model. Middleware is a runner that wraps another runner.</summary>
/// <remarks>Thread-safe. Inputs remain owned by the caller and are never modified; the caller disposes the result.
/// Runs in flight when the runner is disposed are allowed to finish. Every call completes exactly once.</remarks>
public interface IModelRunner : IDisposable, IAsyncDisposable
{
    /// <summary>The model's identity, signature and properties.</summary>
    ModelInfo Info { get; }

    /// <summary>Runs the model once. The managed engine completes synchronously.</summary>
    /// <param name="inputs">One value for each input that has no default; do not change them until the call completes.</param>
    /// <param name="context">Deadline, priority, routing and the record of the call; null for the defaults.</param>
    /// <param name="cancellationToken">Stops waiting and, if the provider supports it, the run itself.</param>
    /// <returns>One value for each output of the model; the caller disposes it.</returns>
    /// <exception cref="InvalidInputException">The inputs do not fit the model.</exception>
    /// <exception cref="ModelRunException">The model failed for these values.</exception>
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The runner was disposed before the call.</exception>
    ValueTask<NamedValues> RunAsync(NamedValues inputs, RunContext? context = null, CancellationToken cancellationToken = default);

    /// <summary>Returns a service of this runner or of an inner runner, such as <see cref="IBindable"/>; null if there is none.</summary>
    /// <param name="serviceType">The type of the service.</param>
    /// <param name="serviceKey">Distinguishes several services of the same type; null by default.</param>
    object? GetService(Type serviceType, object? serviceKey = null);
}
