namespace Inference;

/// <summary>Runs one model. Middleware wraps runners in runners.</summary>
/// <remarks>Any number of threads may call at once. Inputs stay the caller's and are never modified; the result is the caller's to dispose.
/// Disposing while runs are in flight lets them finish. Every call completes exactly once.</remarks>
public interface IModelRunner : IDisposable, IAsyncDisposable
{
    /// <summary>What the model is and takes.</summary>
    ModelInfo Info { get; }

    /// <summary>Runs the model once. The managed engine completes synchronously.</summary>
    /// <param name="inputs">One value for each input of the model without a default; the caller keeps them unchanged until the call completes.</param>
    /// <param name="context">Deadline, priority, routing and the record of the call; null for the defaults.</param>
    /// <param name="cancellationToken">Stops waiting and, where the provider can, the run itself.</param>
    /// <returns>One value for each output of the model; the caller disposes it.</returns>
    /// <exception cref="InvalidInputException">The inputs do not fit the model.</exception>
    /// <exception cref="ModelRunException">The model failed on these values.</exception>
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The runner was disposed before the call.</exception>
    ValueTask<NamedValues> RunAsync(NamedValues inputs, RunContext? context = null, CancellationToken cancellationToken = default);

    /// <summary>Reaches a service of this layer or of one below it, such as <see cref="IBindable"/>; null where there is none.</summary>
    /// <param name="serviceType">The type asked for.</param>
    /// <param name="serviceKey">Tells several services of one type apart; null by default.</param>
    object? GetService(Type serviceType, object? serviceKey = null);
}
