using Inference.Cli.Commands;
using Inference.Cli.Running;
using Inference.OnnxRuntime;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Inference.Cli.Benchmarking;

/// <summary>ONNX Runtime as a .NET program uses it through its package alone: the reference for the cost of a start, with nothing of this library before the first answer.</summary>
internal sealed class PackageRunner : IModelRunner
{
    private readonly InferenceSession _session;
    private readonly RunOptions _options = new();

    private PackageRunner(InferenceSession session, string name)
    {
        _session = session;
        Info = new()
        {
            Name = name,
            Digest = "",
            Inputs = [.. session.InputNames.Select(input => Port(input, session.InputMetadata[input]))],
            Outputs = [.. session.OutputNames.Select(output => Port(output, session.OutputMetadata[output]))],
            Provider = Backends.OnnxRuntime,
        };
    }

    public ModelInfo Info { get; }

    /// <summary>Loads a model; null if it is encrypted, or its inputs or outputs include anything other than numeric tensors.</summary>
    public static PackageRunner? TryLoad(BenchOptions options, bool spinning)
    {
        if (Onnx.EncryptedModel.IsEncrypted(ModelSource.File(options.Model).ResolveFile()!))
        {
            return null;
        }

        OnnxRuntimeLibrary.Load(options.Library);
        using var session = new SessionOptions { IntraOpNumThreads = options.Threads, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        if (!spinning)
        {
            session.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        }

        InferenceSession loaded = Open(options, session);
        if (loaded.InputMetadata.Values.Concat(loaded.OutputMetadata.Values).All(static port => port.IsTensor && !port.IsString))
        {
            return new(loaded, options.ModelName);
        }

        loaded.Dispose();
        return null;
    }

    public unsafe ValueTask<NamedValues> RunAsync(NamedValues inputs, RunContext? context = null, CancellationToken cancellationToken = default)
    {
        var values = new List<OrtValue>();
        var pins = new List<TensorPin>();
        try
        {
            foreach (ModelPort port in Info.Inputs)
            {
                TensorValue tensor = inputs[port.Name];
                var pin = new TensorPin(tensor);
                pins.Add(pin);
                values.Add(OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, (TensorElementType)tensor.ElementType, tensor.Shape.ToArray(), (nint)pin.Address, tensor.ByteCount));
            }

            using IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run(_options, _session.InputNames, values, _session.OutputNames);
            var results = new NamedValues(outputs.Count);
            for (int i = 0; i < outputs.Count; i++)
            {
                OrtTensorTypeAndShapeInfo type = outputs[i].GetTensorTypeAndShape();
                TensorValue result = TensorValue.Allocate((ElementType)type.ElementDataType, type.Shape);
                outputs[i].GetTensorMutableRawData().CopyTo(result.AsWritableBytes());
                results.Add(Info.Outputs[i].Name, result);
            }

            return new(results);
        }
        finally
        {
            values.ForEach(static value => value.Dispose());
            pins.ForEach(static pin => pin.Dispose());
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => serviceKey is null && serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose()
    {
        _options.Dispose();
        _session.Dispose();
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    private static InferenceSession Open(BenchOptions options, SessionOptions session)
    {
        try
        {
            return new InferenceSession(ModelSource.File(options.Model).ResolveFile()!, session);
        }
        catch (Microsoft.ML.OnnxRuntime.OnnxRuntimeException exception)
        {
            throw new ModelLoadException($"Model '{options.ModelName}' on {Backends.OnnxRuntime}: {exception.Message}", exception);
        }
    }

    private static ModelPort Port(string name, NodeMetadata port) => new(name, port.IsTensor
        ? ModelValueType.Tensor((ElementType)port.ElementDataType, [.. port.Dimensions.Select((size, axis) => size >= 0 ? Dimension.Fixed(size)
            : port.SymbolicDimensions[axis] is { Length: > 0 } symbol ? Dimension.Named(symbol) : Dimension.Unknown)])
        : ModelValueType.Tensor(ElementType.Undefined));
}
