using Inference.OnnxRuntime.Native;

namespace Inference.OnnxRuntime;

/// <summary>A model in one ONNX Runtime session: its signature, and runs. For use without the rest of Inference; <see cref="OnnxRuntimeRunner"/> makes it a runner.</summary>
/// <remarks>Any number of threads may call. Disposing waits for runs in flight.</remarks>
public sealed class OnnxRuntimeModel : IDisposable, IAsyncDisposable
{
    private readonly SessionCore _core;

    private OnnxRuntimeModel(SessionCore core, IReadOnlyDictionary<string, string> metadata, string libraryVersion)
    {
        _core = core;
        Metadata = metadata;
        LibraryVersion = libraryVersion;
    }

    /// <summary>The model's name, for messages.</summary>
    public string Name => _core.Name;

    /// <summary>The inputs in the model's order, then the initializers that may be given as inputs (optional ones).</summary>
    public IReadOnlyList<ModelPort> Inputs => _core.Inputs;

    /// <summary>The outputs in the model's order.</summary>
    public IReadOnlyList<ModelPort> Outputs => _core.Outputs;

    /// <summary>The model's <c>metadata_props</c>.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The native library's version.</summary>
    public string LibraryVersion { get; }

    /// <summary>Loads a model file; external data is looked for beside it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">How to run it; null for the defaults.</param>
    /// <param name="name">The name for messages; null: the file's.</param>
    /// <exception cref="ModelLoadException">ONNX Runtime rejects the model; the cause is an <see cref="OnnxRuntimeException"/>.</exception>
    /// <exception cref="OnnxRuntimeException">The native library is missing or too old, or does not know an option.</exception>
    public static OnnxRuntimeModel Load(string path, OnnxRuntimeOptions? options = null, string? name = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        name ??= Path.GetFileNameWithoutExtension(path);
        OnnxRuntimeOptions used = options ?? new();
        OrtApi api = OrtApi.Load(used.LibraryPath);
        if (!File.Exists(path))
        {
            throw new ModelLoadException($"Model '{name}': the file '{path}' does not exist. Check the path.");
        }

        return Create(api, name, SessionHandle.FromFile(api, path, used, $"Model '{name}'", static exception => LoadFailure.Of(exception)));
    }

    /// <summary>Loads a model from memory, which is not used any more afterwards.</summary>
    /// <param name="model">The bytes of an ONNX file.</param>
    /// <param name="options">How to run it; null for the defaults.</param>
    /// <param name="name">The name for messages.</param>
    /// <param name="externalDataDirectory">Where external data is; null: the model has none.</param>
    /// <exception cref="ModelLoadException">ONNX Runtime rejects the model; the cause is an <see cref="OnnxRuntimeException"/>.</exception>
    /// <exception cref="OnnxRuntimeException">The native library is missing or too old, or does not know an option.</exception>
    public static OnnxRuntimeModel Load(ReadOnlySpan<byte> model, OnnxRuntimeOptions? options = null, string name = "model", string? externalDataDirectory = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        OnnxRuntimeOptions used = options ?? new();
        OrtApi api = OrtApi.Load(used.LibraryPath);
        return Create(api, name, SessionHandle.FromMemory(api, model, externalDataDirectory, used, $"Model '{name}'", static exception => LoadFailure.Of(exception)));
    }

    /// <summary>Runs the model once.</summary>
    /// <param name="inputs">One value for each input that is not optional.</param>
    /// <param name="cancellationToken">Stops the run inside the engine, between two operators.</param>
    /// <returns>One value for each output; the caller disposes it.</returns>
    /// <exception cref="InvalidInputException">The inputs do not fit the model.</exception>
    /// <exception cref="ModelRunException">The model failed on these values; the cause is an <see cref="OnnxRuntimeException"/>.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public NamedValues Run(NamedValues inputs, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        RunState state = _core.Rent(this);
        try
        {
            Fill(state, inputs);
            _core.Run(state, cancellationToken);
            var result = new NamedValues(_core.Outputs.Length);
            for (int i = 0; i < _core.Outputs.Length; i++)
            {
                result.Add(_core.Outputs[i].Name, state.Outputs[i]!);
            }

            return result;
        }
        finally
        {
            _core.Return(state);
        }
    }

    /// <summary>Runs the model once on values in the order of <see cref="Inputs"/> and <see cref="Outputs"/>; types are not checked here but by ONNX Runtime.</summary>
    /// <param name="inputs">The values; null for an optional one left out.</param>
    /// <param name="outputs">One slot for each output: null for a value to be allocated, which the caller disposes; an owned tensor of the right type and shape to be
    /// written in place, which allocates nothing once inputs and outputs repeat.</param>
    /// <param name="cancellationToken">Stops the run inside the engine, between two operators.</param>
    /// <exception cref="ModelRunException">The model failed on these values; the cause is an <see cref="OnnxRuntimeException"/>.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public void Run(ReadOnlySpan<ModelValue?> inputs, Span<ModelValue?> outputs, CancellationToken cancellationToken = default) =>
        _core.Run(this, inputs, outputs, cancellationToken);

    /// <summary>Waits for runs in flight, then releases the session.</summary>
    public void Dispose() => _core.Dispose();

    /// <inheritdoc cref="Dispose"/>
    public ValueTask DisposeAsync() => _core.DisposeAsync();

    internal SessionCore Core => _core;

    private static OnnxRuntimeModel Create(OrtApi api, string name, SessionHandle handle)
    {
        try
        {
            return new(
                new SessionCore(api, handle, name, SessionReader.Inputs(api, handle), SessionReader.Outputs(api, handle)),
                SessionReader.Metadata(api, handle),
                api.LibraryVersion);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    private void Fill(RunState state, NamedValues inputs)
    {
        int used = 0;
        for (int i = 0; i < _core.Inputs.Length; i++)
        {
            ModelPort port = _core.Inputs[i];
            if (inputs.TryGet(port.Name, out ModelValue? value))
            {
                InputCheck.Require(Name, port, value);
                state.Inputs[i] = value;
                used++;
            }
            else if (!port.IsOptional && port.Type.Kind != ModelValueKind.Optional)
            {
                InputCheck.ThrowMissing(Name, port);
            }
        }

        if (used != inputs.Count)
        {
            InputCheck.ThrowUnknown(Name, _core.Inputs, inputs);
        }
    }
}
