namespace Inference;

/// <summary>A runner whose model is loaded after the runner is created, such as one from dependency injection. Obtained from <see cref="IModelRunner.GetService"/>. Thread-safe.</summary>
public interface ILoadableRunner
{
    /// <summary>Whether the model is loaded.</summary>
    bool IsLoaded { get; }

    /// <summary>Loads the model unless it is already loaded; concurrent callers share one load, and a failed load is retried by the next call.</summary>
    /// <param name="cancellationToken">Stops waiting; the load continues for other callers.</param>
    /// <exception cref="ModelLoadException">The model cannot be loaded.</exception>
    Task LoadAsync(CancellationToken cancellationToken = default);
}
