namespace Inference;

/// <summary>Loads models. Thread-safe.</summary>
public interface IModelLoader
{
    /// <summary>Loads a model; the caller disposes the runner.</summary>
    /// <exception cref="ModelLoadException">The file is missing or malformed.</exception>
    /// <exception cref="UnsupportedModelException">The model requires operators, types or features that no provider supports; the message lists all of them.</exception>
    ValueTask<IModelRunner> LoadAsync(ModelSource source, ModelLoadOptions options, CancellationToken cancellationToken = default);
}
