using Inference.Loading;

namespace Inference;

/// <summary>Loads models outside dependency injection.</summary>
public static class ModelRunner
{
    /// <summary>Loads a model file, or the <c>model.onnx</c> in a directory, on the managed engine; the caller disposes the runner.</summary>
    /// <param name="path">The file or directory.</param>
    /// <param name="options">Name, threads and more; null for the defaults.</param>
    /// <exception cref="ModelLoadException">The file is missing or malformed.</exception>
    /// <exception cref="UnsupportedModelException">The model needs operators that the engine does not support; the message lists all of them.</exception>
    public static IModelRunner Load(string path, ModelLoadOptions? options = null) => ModelLoader.Default.Load(ModelSource.File(path), options);

    /// <summary>Loads a model from any source; see <see cref="Load(string, ModelLoadOptions?)"/>.</summary>
    public static IModelRunner Load(ModelSource source, ModelLoadOptions? options = null) => ModelLoader.Default.Load(source, options);

    /// <summary>Loads a model on a thread-pool thread; see <see cref="Load(string, ModelLoadOptions?)"/>.</summary>
    /// <param name="path">The file or directory.</param>
    /// <param name="options">Name, threads and more; null for the defaults.</param>
    /// <param name="cancellationToken">Stops the load.</param>
    /// <inheritdoc cref="Load(string, ModelLoadOptions?)" path="/exception"/>
    public static Task<IModelRunner> LoadAsync(string path, ModelLoadOptions? options = null, CancellationToken cancellationToken = default) =>
        LoadAsync(ModelSource.File(path), options, cancellationToken);

    /// <summary>Loads a model from any source on a thread-pool thread; see <see cref="LoadAsync(string, ModelLoadOptions?, CancellationToken)"/>.</summary>
    public static Task<IModelRunner> LoadAsync(ModelSource source, ModelLoadOptions? options = null, CancellationToken cancellationToken = default) =>
        Task.Run(() => ModelLoader.Default.LoadAsync(source, options ?? new(), cancellationToken).AsTask(), cancellationToken);

    /// <summary>Runs the model once on zeros in the shapes of its signature (1 for dimensions that are not fixed), so that kernels are compiled and a plan is prepared before the first call. Does nothing for models whose inputs
    /// cannot be generated (unknown rank, not tensors, or values for which zeros are out of range).</summary>
    /// <param name="runner">The runner.</param>
    /// <param name="cancellationToken">Stops the run.</param>
    public static Task WarmUpAsync(this IModelRunner runner, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(runner);
        return ModelWarmup.RunAsync(runner, cancellationToken);
    }
}
