namespace Inference;

/// <summary>Loads models outside dependency injection.</summary>
public static class ModelRunner
{
    /// <summary>Loads a model file, or the <c>model.onnx</c> of a directory, onto the managed engine; the caller disposes the runner.</summary>
    /// <param name="path">The file or directory.</param>
    /// <param name="options">Name, threads and more; null for the defaults.</param>
    /// <exception cref="ModelLoadException">The file is missing or malformed.</exception>
    /// <exception cref="UnsupportedModelException">The model needs operators that the engine does not have; the error lists all of them.</exception>
    public static IModelRunner Load(string path, ModelLoadOptions? options = null) => ModelLoader.Default.Load(ModelSource.File(path), options);

    /// <summary>Loads a model from any source; see <see cref="Load(string, ModelLoadOptions?)"/>.</summary>
    public static IModelRunner Load(ModelSource source, ModelLoadOptions? options = null) => ModelLoader.Default.Load(source, options);
}
