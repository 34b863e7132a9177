using Inference.Engine;
using Inference.Images;
using Inference.Import;
using Inference.Loading;
using Inference.Onnx;
using Inference.Operators.Standard;
using Inference.Placement;
using Inference.Providers;
using Inference.Scanning;
using Inference.Security;
using Inference.Serving;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Inference;

/// <summary>Loads ONNX models on the managed engine and other execution providers. Thread-safe.</summary>
public sealed class ModelLoader : IModelLoader
{
    private static readonly CpuExecutionProvider s_engine = new();
    private readonly ExecutionProvider[] _providers;
    private readonly ExecutionProvider? _only;
    private readonly IImageDecoder? _images;
    private readonly IModelKeyProvider? _keys;
    private readonly ILogger _logger;

    /// <summary>Creates a loader.</summary>
    /// <param name="providers">Providers other than <c>cpu</c> that load options may name; null for none.</param>
    /// <param name="loggers">Logs placement and provider failures; null for no logging.</param>
    /// <param name="images">The decoder for the operator ImageDecoder if the load options have none; null for no decoder.</param>
    /// <param name="keys">The keys of encrypted models if the load options have none; null for none.</param>
    public ModelLoader(IEnumerable<ExecutionProvider>? providers = null, ILoggerFactory? loggers = null, IImageDecoder? images = null, IModelKeyProvider? keys = null)
    {
        _images = images;
        _keys = keys;
        _providers = [.. providers ?? []];
        _logger = loggers?.CreateLogger<ModelLoader>() ?? (ILogger)NullLogger.Instance;
    }

    private ModelLoader(ExecutionProvider only, ILoggerFactory? loggers, IModelKeyProvider? keys)
        : this([only], loggers, keys: keys) => _only = only;

    /// <summary>A loader that has only the managed engine.</summary>
    public static ModelLoader Default { get; } = new();

    /// <summary>Creates a loader that runs whole models on one provider, without falling back to another.</summary>
    /// <param name="provider">The provider.</param>
    /// <param name="loggers">Logs loading; null for no logging.</param>
    /// <param name="keys">The keys of encrypted models if the load options have none; null for none.</param>
    /// <remarks>Loading throws <see cref="UnsupportedModelException"/> if the provider does not support an operator, and <see cref="ModelLoadException"/> if it fails for another reason,
    /// with the provider's exception as the cause. <see cref="ModelLoadOptions.Providers"/> must be empty or name only this provider.</remarks>
    public static ModelLoader Only(ExecutionProvider provider, ILoggerFactory? loggers = null, IModelKeyProvider? keys = null)
    {
        ArgumentNullException.ThrowIfNull(provider);
        return new(provider, loggers, keys);
    }

    /// <inheritdoc/>
    public ValueTask<IModelRunner> LoadAsync(ModelSource source, ModelLoadOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(options);
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            options = Complete(options);
            return ModelDecryption.NeedsKey(source, options) ? LoadEncryptedAsync(source, options, cancellationToken) : new(Load(source, options, cancellationToken));
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

    internal IModelRunner Load(ModelSource source, ModelLoadOptions options, RunControl control, KnownKey? known = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        options = Complete(options);
        IReadOnlyList<ExecutionProvider> preference = Preference(options);
        OnnxModel file = ReadFile(source, options, known);
        IModelRunner? runner = null;
        SecretBlocks? secrets = file.IsEncrypted ? new() : null;
        using SecretBlocks.Scope scope = SecretBlocks.Enter(secrets);
        try
        {
            string name = options.Name ?? NameOf(source, file);
            return runner = Load(source, file, name, options, preference, control, secrets);
        }
        catch (OnnxFormatException exception)
        {
            throw new ModelLoadException($"Model '{source}': {exception.Message}", exception);
        }
        catch (ModelLoadException exception) when (exception.GetType() == typeof(ModelLoadException))
        {
            throw new ModelLoadException($"Model '{source}': {exception.Message}", exception);
        }
        catch (InferenceException exception) when (exception.GetType() == typeof(InferenceException) || exception is ModelRunException or InvalidInputException)
        {
            throw new ModelLoadException($"Model '{source}': {exception.Message}", exception);
        }
        catch (Exception exception) when (exception is not (InferenceException or OperationCanceledException))
        {
            // Any exception caused by a damaged file reaches the caller as one type.
            throw new ModelLoadException($"Model '{source}': loading failed ({exception.GetType().Name}: {exception.Message}). The model is not valid, or this is a bug in Inference; please report it.", exception);
        }
        finally
        {
            if (runner is null)
            {
                secrets?.Dispose();
                file.Dispose();
            }
        }
    }

    private IModelRunner Load(ModelSource source, OnnxModel file, string name, ModelLoadOptions options, IReadOnlyList<ExecutionProvider> preference, RunControl control, SecretBlocks? secrets)
    {
        LoadRules.Require(file, options.Limits, StandardOperators.Table);
        string digest = ModelDigest.Of(file, control);
        ImportedModel imported = ModelImporter.Import(file, control: control, table: StandardOperators.Table.With(options.Images));
        if (_only is not null && preference[0] != s_engine)
        {
            return WholeModelLoader.Load(source, file, imported, name, digest, options, _only, _logger, control);
        }

        // Nodes that the engine does not support are offered to the other providers.
        if (preference[0] == s_engine && (preference.Count == 1 || imported.IsKnown))
        {
            return new ServingRunner(new ManagedModel(new LoadedModel(file, imported, options, name, digest, file.Dispose, control, secrets), options), options);
        }

        if (preference[0] != s_engine && WholeModelLoader.TryLoad(source, file, imported, name, digest, options, preference, _logger, control) is { } whole)
        {
            return whole;
        }

        PlacedModel placed = ModelPlacer.Place(file, imported, name, preference, options, _logger, control);
        LoadedModel model;
        try
        {
            model = new LoadedModel(file, imported, options, name, digest, file.Dispose, control, secrets, placed);
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
                ? throw new ModelLoadException($"Provider '{other}' was requested from a loader that runs models only on '{_only.Name}'. Load the model with a ModelLoader that has both.")
                : [_only is CpuExecutionProvider ? s_engine : _only];
        }

        var preference = new List<ExecutionProvider>();
        foreach (string name in options.Providers)
        {
            preference.Add(name == s_engine.Name ? s_engine : Array.Find(_providers, p => p.Name == name)
                ?? throw new ModelLoadException($"Provider '{name}' is unknown; the providers are: {string.Join(", ", _providers.Select(p => $"'{p.Name}'").Append("'cpu'"))}. Register it (as an ExecutionProvider in the services, or in the loader's constructor), or correct the name."));
        }

        if (!preference.Contains(s_engine))
        {
            preference.Add(s_engine);
        }

        return preference;
    }

    /// <summary>Reads a model file as objects of the format, without preparing it to run; an encrypted model is decrypted in memory.</summary>
    /// <param name="source">The model.</param>
    /// <param name="options">The keys, and whether to map; null for the defaults.</param>
    /// <returns>The model, which owns the content; the caller disposes it.</returns>
    /// <exception cref="ModelLoadException">The file cannot be read or decrypted.</exception>
    public static OnnxModel ReadModel(ModelSource source, ModelLoadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        return ReadFile(source, options ?? new());
    }

    internal static string NameOf(ModelSource source, OnnxModel file) => source.Path is { } path ? NameOf(path) : file.Graph.Name is { Length: > 0 } graph ? graph : "model";

    /// <summary>Reads, and decrypts, a model file.</summary>
    /// <param name="source">The model.</param>
    /// <param name="options">The keys, and whether to map.</param>
    /// <param name="known">A data key that was unwrapped before.</param>
    /// <exception cref="ModelLoadException">The file cannot be read or decrypted.</exception>
    internal static OnnxModel ReadFile(ModelSource source, ModelLoadOptions options, KnownKey? known = null)
    {
        try
        {
            Func<EncryptedModelKey, byte[]> unwrap = key => ModelDecryption.Unwrap(key, options.Keys, known);
            return source.ResolveFile() is { } file
                ? OnnxModel.Load(file, ReadOptions(options, null, unwrap))
                : OnnxModel.Read(source.Content, ReadOptions(options, source.BaseDirectory, unwrap));
        }
        catch (Exception exception) when (exception is OnnxFormatException or KeyException)
        {
            throw new ModelLoadException($"Model '{source}': {exception.Message}", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ModelLoadException($"Model '{source}': the file could not be read ({exception.Message}). Check the path and its permissions.", exception);
        }
    }

    private static OnnxReadOptions ReadOptions(ModelLoadOptions options, string? baseDirectory, Func<EncryptedModelKey, byte[]> unwrap) => new()
    {
        BaseDirectory = baseDirectory,
        MapFiles = options.MapFiles,
        ExpectedFiles = options.ExpectedFiles,
        MaxFileBytes = options.Limits.MaxFileBytes,
        MaxExternalFileBytes = Math.Min(options.Limits.MaxExternalFileBytes, 1L << 62),
        MaxNodes = options.Limits.MaxNodes,
        MaxNestingDepth = options.Limits.MaxNestingDepth,
        AllowHardLinks = options.Limits.AllowHardLinks,
        UnwrapKey = unwrap,
    };

    // What the options leave to the loader.
    private ModelLoadOptions Complete(ModelLoadOptions options)
    {
        if ((options.Images is null && _images is not null) || (options.Keys is null && _keys is not null))
        {
            options = options.Clone();
            options.Images ??= _images;
            options.Keys ??= _keys;
        }

        return options;
    }

    // A provider may wait for a service; the rest of the load is work, done as for other models.
    private async ValueTask<IModelRunner> LoadEncryptedAsync(ModelSource source, ModelLoadOptions options, CancellationToken cancellationToken)
    {
        using KnownKey? known = await ModelDecryption.UnwrapAsync(source, options.Keys!, cancellationToken).ConfigureAwait(false);
        return Load(source, options, RunControl.ForLoad(options, cancellationToken), known);
    }

    private static string NameOf(string path)
    {
        string file = Path.GetFileNameWithoutExtension(path);
        return file == "model" && Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(path))) is { Length: > 0 } folder ? folder : file;
    }
}
