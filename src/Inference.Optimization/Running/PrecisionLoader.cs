namespace Inference.Optimization.Running;

/// <summary>Loads models with another precision than the given options state.</summary>
internal sealed class PrecisionLoader(IModelLoader inner, ModelPrecision precision) : IModelLoader
{
    public ValueTask<IModelRunner> LoadAsync(ModelSource source, ModelLoadOptions options, CancellationToken cancellationToken = default)
    {
        ModelLoadOptions own = options.Clone();
        own.Precision = precision;
        return inner.LoadAsync(source, own, cancellationToken);
    }
}
