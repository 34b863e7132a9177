using System.IO.MemoryMappedFiles;
using Microsoft.Extensions.Options;

namespace Inference.OnnxRuntime;

/// <summary>Loads whole models into ONNX Runtime, without the managed engine. Thread-safe.</summary>
/// <remarks>Nothing is proved of a model here: <see cref="ModelInfo.RowIndependent"/> is what <see cref="ModelLoadOptions.AssertRowIndependent"/> says, and false without it.
/// <see cref="ModelLoadOptions.Providers"/> must be empty or name <c>onnxruntime</c> alone.</remarks>
public sealed class OnnxRuntimeModelLoader : IModelLoader
{
    private readonly OnnxRuntimeOptions _options;
    private readonly TimeProvider _clock;

    /// <summary>Makes a loader with the default options.</summary>
    public OnnxRuntimeModelLoader()
        : this(new OnnxRuntimeOptions())
    {
    }

    /// <summary>Makes a loader.</summary>
    /// <param name="options">How models are run.</param>
    /// <param name="clock">The clock for deadlines; null for the system's.</param>
    public OnnxRuntimeModelLoader(OnnxRuntimeOptions options, TimeProvider? clock = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        OnnxRuntimeProvider.Validate(options);
        _options = options;
        _clock = clock ?? TimeProvider.System;
    }

    /// <summary>Makes a loader with configured options.</summary>
    public OnnxRuntimeModelLoader(IOptions<OnnxRuntimeOptions> options, TimeProvider? clock = null)
        : this((options ?? throw new ArgumentNullException(nameof(options))).Value, clock)
    {
    }

    /// <inheritdoc/>
    /// <exception cref="OnnxRuntimeException">The native library is missing or too old, or does not know an option.</exception>
    public ValueTask<IModelRunner> LoadAsync(ModelSource source, ModelLoadOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(options);
        cancellationToken.ThrowIfCancellationRequested();
        return new(Load(source, options));
    }

    /// <summary>As <see cref="LoadAsync"/>, which completes synchronously.</summary>
    public OnnxRuntimeRunner Load(ModelSource source, ModelLoadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        ModelLoadOptions load = options ?? new();
        if (load.Providers.Any(static provider => provider != OnnxRuntimeProvider.ProviderName))
        {
            throw new ModelLoadException(
                $"This loader runs models on '{OnnxRuntimeProvider.ProviderName}' alone, Providers names {string.Join(", ", load.Providers.Select(static p => $"'{p}'"))}. Load the model with the core package to use several providers.");
        }

        OnnxRuntimeOptions used = OnnxRuntimeProvider.WithThreads(_options, load.Threads);
        string? path = source.ResolveFile();
        string name = load.Name ?? (path is null ? "model" : NameOf(path));
        OnnxRuntimeModel model = path is null
            ? OnnxRuntimeModel.Load(source.Content.Span, used, name, source.BaseDirectory)
            : OnnxRuntimeModel.Load(path, used, name);
        try
        {
            ModelFacts facts = path is null ? ModelFacts.Read(source.Content.Span, source.BaseDirectory) : ReadFacts(path);
            return new OnnxRuntimeRunner(model, Describe(model, facts, load), load.MaxRunTime, _clock);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    private static string NameOf(string path)
    {
        string file = Path.GetFileNameWithoutExtension(path);
        return file == "model" && Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(path))) is { Length: > 0 } folder ? folder : file;
    }

    private static unsafe ModelFacts ReadFacts(string path)
    {
        using MemoryMappedFile file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        using MemoryMappedViewAccessor view = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        byte* start = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        try
        {
            // The view is rounded up to whole pages; the file's own length counts. A protobuf message stays below 2 GiB.
            int length = checked((int)new FileInfo(path).Length);
            return ModelFacts.Read(new ReadOnlySpan<byte>(start + view.PointerOffset, length), Path.GetDirectoryName(Path.GetFullPath(path)));
        }
        finally
        {
            view.SafeMemoryMappedViewHandle.ReleasePointer();
        }
    }

    private static ModelInfo Describe(OnnxRuntimeModel model, ModelFacts facts, ModelLoadOptions options) => new()
    {
        Name = model.Name,
        Version = options.Version,
        Digest = facts.Digest,
        Inputs = model.Inputs,
        Outputs = model.Outputs,
        BatchAxis = SharesFirstAxis(model) ? 0 : null,
        RowIndependent = options.AssertRowIndependent ?? false,
        Deterministic = facts.Deterministic,
        Provider = OnnxRuntimeProvider.ProviderName,
        Metadata = model.Metadata,
    };

    /// <summary>Whether the first dimension of every input and output is one and the same symbol.</summary>
    private static bool SharesFirstAxis(OnnxRuntimeModel model)
    {
        string? symbol = null;
        foreach (ModelPort port in model.Inputs.Where(static input => !input.IsOptional).Concat(model.Outputs))
        {
            if (port.Type.Shape is not { Count: > 0 } shape || shape[0].Symbol is not { } own || (symbol is not null && own != symbol))
            {
                return false;
            }

            symbol = own;
        }

        return symbol is not null;
    }
}
