namespace Inference;

/// <summary>A runner whose model is loaded after the runner is made, as those that dependency injection hands out. Reached by <see cref="IModelRunner.GetService"/>. Thread-safe.</summary>
public interface ILoadableRunner
{
    /// <summary>Whether the model is loaded.</summary>
    bool IsLoaded { get; }

    /// <summary>Loads the model unless it is loaded; concurrent callers share one load, and a load that failed is tried again.</summary>
    /// <param name="cancellationToken">Ends the wait; the load goes on for the others.</param>
    /// <exception cref="ModelLoadException">The model cannot be loaded.</exception>
    Task LoadAsync(CancellationToken cancellationToken = default);
}
