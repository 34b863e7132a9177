using System.Globalization;

namespace Inference.Replicas;

/// <summary>Loads "models" that are text files with a number, in a random time; anything else does not load.</summary>
internal sealed class TextModelLoader(Random random) : IModelLoader
{
    public async ValueTask<IModelRunner> LoadAsync(ModelSource source, ModelLoadOptions options, CancellationToken cancellationToken = default)
    {
        await Task.Delay(random.Next(15), cancellationToken).ConfigureAwait(false);
        string text = await File.ReadAllTextAsync(source.Path!, cancellationToken).ConfigureAwait(false);
        return float.TryParse(text, CultureInfo.InvariantCulture, out _) ? new Model(options) : throw new ModelLoadException($"Model '{source.Path}' is malformed.");
    }

    private sealed class Model(ModelLoadOptions options) : IModelRunner
    {
        public ModelInfo Info { get; } = new()
        {
            Name = options.Name ?? "",
            Version = options.Version,
            Digest = "",
            Inputs = [],
            Outputs = [],
        };

        public ValueTask<NamedValues> RunAsync(NamedValues inputs, RunContext? context = null, CancellationToken cancellationToken = default) => new(new NamedValues());

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
            // It has nothing.
        }

        public ValueTask DisposeAsync() => default;
    }
}
