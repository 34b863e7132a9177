namespace Inference;

/// <summary>Loads models. Thread-safe.</summary>
public interface IModelLoader
{
    /// <summary>Loads a model; the caller disposes the runner.</summary>
    /// <exception cref="ModelLoadException">The file is missing or malformed.</exception>
    /// <exception cref="UnsupportedModelException">The model needs what no provider supports; the error lists all of it.</exception>
    ValueTask<IModelRunner> LoadAsync(ModelSource source, ModelLoadOptions options, CancellationToken cancellationToken = default);
}
