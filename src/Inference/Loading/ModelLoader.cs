using Inference.Onnx;
using Inference.Providers;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Inference;

/// <summary>Loads ONNX models onto the managed engine and the providers it is given. Thread-safe.</summary>
public sealed class ModelLoader : IModelLoader
{
    private readonly IExecutionProvider[] _providers;
    private readonly ILogger _logger;

    /// <summary>Makes a loader.</summary>
    /// <param name="providers">Providers besides <c>cpu</c> that load options may name; null for none.</param>
    /// <param name="loggers">Where placement and provider failures are logged; null: nowhere.</param>
    public ModelLoader(IEnumerable<IExecutionProvider>? providers = null, ILoggerFactory? loggers = null)
    {
        _providers = [.. providers ?? []];
        _logger = loggers?.CreateLogger<ModelLoader>() ?? (ILogger)NullLogger.Instance;
    }

    /// <summary>A loader with the managed engine alone.</summary>
    public static ModelLoader Default { get; } = new();

    /// <inheritdoc/>
    public ValueTask<IModelRunner> LoadAsync(ModelSource source, ModelLoadOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(options);
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return new(Load(source, options));
        }
        catch (Exception exception)
        {
            return ValueTask.FromException<IModelRunner>(exception);
        }
    }

    /// <summary>Loads a model; see <see cref="LoadAsync"/>.</summary>
    public IModelRunner Load(ModelSource source, ModelLoadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        options ??= new();
        OnnxModel file = ReadFile(source);
        try
        {
            string name = options.Name ?? (source.Path is { } path ? NameOf(path) : file.Graph.Name is { Length: > 0 } graph ? graph : "model");
            var model = new Loading.LoadedModel(file, options, name, Loading.ModelDigest.Of(source, file));
            return new Loading.ManagedRunner(model, options);
        }
        catch (OnnxFormatException exception)
        {
            throw new ModelLoadException($"Model '{source}': {exception.Message}", exception);
        }
        catch (ModelLoadException exception) when (exception.GetType() == typeof(ModelLoadException))
        {
            throw new ModelLoadException($"Model '{source}': {exception.Message}", exception);
        }
        catch (InferenceException exception) when (exception.GetType() == typeof(InferenceException))
        {
            throw new ModelLoadException($"Model '{source}': {exception.Message}", exception);
        }
    }

    private static OnnxModel ReadFile(ModelSource source)
    {
        try
        {
            return source.ResolveFile() is { } file
                ? OnnxModel.Load(file)
                : OnnxModel.Read(source.Content, new OnnxReadOptions { BaseDirectory = source.BaseDirectory });
        }
        catch (OnnxFormatException exception)
        {
            throw new ModelLoadException($"Model '{source}': {exception.Message}", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ModelLoadException($"Model '{source}': the file could not be read ({exception.Message}). Check the path and its permissions.", exception);
        }
    }

    private static string NameOf(string path)
    {
        string file = Path.GetFileNameWithoutExtension(path);
        return file == "model" && Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(path))) is { Length: > 0 } folder ? folder : file;
    }
}
