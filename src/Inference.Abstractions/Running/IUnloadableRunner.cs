namespace Inference;

/// <summary>A runner whose model can be unloaded and loaded again, such as one from dependency injection. Obtained from <see cref="IModelRunner.GetService"/>. Thread-safe.</summary>
public interface IUnloadableRunner : ILoadableRunner
{
    /// <summary>Unloads the model: calls in flight finish first. The next call, and <see cref="ILoadableRunner.LoadAsync"/>, load it again. Does nothing if it is not loaded.</summary>
    /// <param name="cancellationToken">Stops waiting; the model is unloaded nevertheless.</param>
    Task UnloadAsync(CancellationToken cancellationToken = default);
}
