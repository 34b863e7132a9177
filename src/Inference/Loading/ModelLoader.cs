using Inference.Engine;
using Inference.Images;
using Inference.Import;
using Inference.Loading;
using Inference.Onnx;
using Inference.Operators.Standard;
using Inference.Placement;
using Inference.Providers;
using Inference.Serving;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Inference;

/// <summary>Loads ONNX models onto the managed engine and the providers it is given. Thread-safe.</summary>
public sealed class ModelLoader : IModelLoader
{
    private static readonly CpuExecutionProvider s_engine = new();
    private readonly ExecutionProvider[] _providers;
    private readonly ExecutionProvider? _only;
    private readonly IImageDecoder? _images;
    private readonly ILogger _logger;

    /// <summary>Makes a loader.</summary>
    /// <param name="providers">Providers besides <c>cpu</c> that load options may name; null for none.</param>
    /// <param name="loggers">Where placement and provider failures are logged; null: nowhere.</param>
    /// <param name="images">What decodes images for models that ask for it, where the load options have no decoder of their own; null: nothing.</param>
    public ModelLoader(IEnumerable<ExecutionProvider>? providers = null, ILoggerFactory? loggers = null, IImageDecoder? images = null)
    {
        _images = images;
        _providers = [.. providers ?? []];
        _logger = loggers?.CreateLogger<ModelLoader>() ?? (ILogger)NullLogger.Instance;
    }

    private ModelLoader(ExecutionProvider only, ILoggerFactory? loggers)
        : this([only], loggers) => _only = only;

    /// <summary>A loader with the managed engine alone.</summary>
    public static ModelLoader Default { get; } = new();

    /// <summary>A loader that runs whole models on one provider, and takes no other for what that one does not run.</summary>
    /// <param name="provider">The provider.</param>
    /// <param name="loggers">Where loading is logged; null: nowhere.</param>
    /// <remarks>Its loads throw <see cref="UnsupportedModelException"/> where the provider lacks an operator, and <see cref="ModelLoadException"/> where it fails for another reason,
    /// with the provider's error as the cause. <see cref="ModelLoadOptions.Providers"/> is empty or names the provider alone.</remarks>
    public static ModelLoader Only(ExecutionProvider provider, ILoggerFactory? loggers = null)
    {
        ArgumentNullException.ThrowIfNull(provider);
        return new(provider, loggers);
    }

    /// <inheritdoc/>
    public ValueTask<IModelRunner> LoadAsync(ModelSource source, ModelLoadOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(options);
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return new(Load(source, options, cancellationToken));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<IModelRunner>(cancellationToken);
        }
        catch (Exception exception)
        {
            return ValueTask.FromException<IModelRunner>(exception);
        }
    }

    /// <summary>Loads a model; see <see cref="LoadAsync"/>.</summary>
    public IModelRunner Load(ModelSource source, ModelLoadOptions? options = null) => Load(source, options ?? new(), CancellationToken.None);

    private IModelRunner Load(ModelSource source, ModelLoadOptions options, CancellationToken cancellationToken) => Load(source, options, RunControl.ForLoad(options, cancellationToken));

    internal IModelRunner Load(ModelSource source, ModelLoadOptions options, RunControl control)
    {
        ArgumentNullException.ThrowIfNull(source);
        IReadOnlyList<ExecutionProvider> preference = Preference(options);
        if (options.Images is null && _images is not null)
        {
            options = options.Clone();
            options.Images = _images;
        }

        OnnxModel file = ReadFile(source, options.MapFiles);
        IModelRunner? runner = null;
        try
        {
            string name = options.Name ?? NameOf(source, file);
            return runner = Load(source, file, name, options, preference, control);
        }
        catch (OnnxFormatException exception)
        {
            throw new ModelLoadException($"Model '{source}': {exception.Message}", exception);
        }
        catch (ModelLoadException exception) when (exception.GetType() == typeof(ModelLoadException))
        {
            throw new ModelLoadException($"Model '{source}': {exception.Message}", exception);
        }
        catch (InferenceException exception) when (exception.GetType() == typeof(InferenceException) || exception is ModelRunException)
        {
            throw new ModelLoadException($"Model '{source}': {exception.Message}", exception);
        }
        catch (Exception exception) when (exception is not (InferenceException or OperationCanceledException))
        {
            // Whatever a damaged file provokes reaches the caller as one type.
            throw new ModelLoadException($"Model '{source}': loading failed ({exception.GetType().Name}: {exception.Message}). The model is not valid, or this is a defect worth reporting.", exception);
        }
        finally
        {
            if (runner is null)
            {
                file.Dispose();
            }
        }
    }

    private IModelRunner Load(ModelSource source, OnnxModel file, string name, ModelLoadOptions options, IReadOnlyList<ExecutionProvider> preference, RunControl control)
    {
        string digest = ModelDigest.Of(file, control);
        ImportedModel imported = ModelImporter.Import(file, control: control, table: StandardOperators.Table.With(options.Images));
        if (_only is not null && preference[0] != s_engine)
        {
            return WholeModelLoader.Load(source, file, imported, name, digest, options, _only, _logger, control);
        }

        // What the engine does not have goes to the providers behind it.
        if (preference[0] == s_engine && (preference.Count == 1 || imported.IsKnown))
        {
            return new ServingRunner(new ManagedModel(new LoadedModel(file, imported, options, name, digest, file.Dispose, control), options), options);
        }

        if (preference[0] != s_engine && WholeModelLoader.TryLoad(source, file, imported, name, digest, options, preference, _logger, control) is { } whole)
        {
            return whole;
        }

        PlacedModel placed = ModelPlacer.Place(file, imported, name, preference, options, _logger, control);
        LoadedModel model;
        try
        {
            model = new LoadedModel(file, imported, options, name, digest, file.Dispose, control, placed);
            PlacementLog.Placed(_logger, name, placed.Report.Summary);
        }
        catch
        {
            placed.Dispose();
            throw;
        }

        return new ServingRunner(new ManagedModel(model, options), options);
    }

    // Providers by name, `cpu` last unless named earlier.
    private List<ExecutionProvider> Preference(ModelLoadOptions options)
    {
        if (_only is not null)
        {
            return options.Providers.FirstOrDefault(name => name != _only.Name) is { } other
                ? throw new ModelLoadException($"Provider '{other}' was named to a loader that runs models on '{_only.Name}' alone. Load the model with a ModelLoader that has both.")
                : [_only is CpuExecutionProvider ? s_engine : _only];
        }

        var preference = new List<ExecutionProvider>();
        foreach (string name in options.Providers)
        {
            preference.Add(name == s_engine.Name ? s_engine : Array.Find(_providers, p => p.Name == name)
                ?? throw new ModelLoadException($"Provider '{name}' is not known; there are: {string.Join(", ", _providers.Select(p => $"'{p.Name}'").Append("'cpu'"))}. Register it (an ExecutionProvider in the services, or the loader's constructor), or correct the name."));
        }

        if (!preference.Contains(s_engine))
        {
            preference.Add(s_engine);
        }

        return preference;
    }

    internal static string NameOf(ModelSource source, OnnxModel file) => source.Path is { } path ? NameOf(path) : file.Graph.Name is { Length: > 0 } graph ? graph : "model";

    internal static OnnxModel ReadFile(ModelSource source, bool map = false)
    {
        try
        {
            return source.ResolveFile() is { } file
                ? OnnxModel.Load(file, new OnnxReadOptions { MapFiles = map })
                : OnnxModel.Read(source.Content, new OnnxReadOptions { BaseDirectory = source.BaseDirectory, MapFiles = map });
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
