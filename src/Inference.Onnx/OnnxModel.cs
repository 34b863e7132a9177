namespace Inference.Onnx;

/// <summary>
/// An ONNX model (<c>ModelProto</c>) as mutable objects. A model loaded from a file owns the content of the file and of its external data: slices
/// (<see cref="OnnxTensor.GetBytes()"/>, raw data, string bytes, unknown fields) stay valid until <see cref="Dispose"/>, even if tensors are moved to another model.
/// </summary>
/// <remarks>Concurrent reads are safe; changes are not thread-safe. A model that is never disposed keeps mappings, and copies of files larger than 2^31 − 57 bytes, until the process ends.</remarks>
public sealed partial class OnnxModel : OnnxMessage, IDisposable
{
    private OnnxMetadata? _metadata;
    private List<OnnxTrainingInfo>? _training;
    private List<OnnxDeviceConfiguration>? _devices;

    /// <summary>The version of the ONNX format (IR version).</summary>
    public long IrVersion { get; set; }

    /// <summary>The tool that produced the model.</summary>
    public string ProducerName { get; set; } = "";

    /// <summary>The version of that tool.</summary>
    public string ProducerVersion { get; set; } = "";

    /// <summary>The reverse domain name of the model.</summary>
    public string Domain { get; set; } = "";

    /// <summary>The version of the model itself.</summary>
    public long ModelVersion { get; set; }

    /// <summary>Documentation in free text.</summary>
    public string DocString { get; set; } = "";

    /// <summary>The operator sets that the nodes use; domain "" is ai.onnx.</summary>
    public List<OnnxOperatorSet> OperatorSets { get; } = [];

    /// <summary>The graph.</summary>
    public OnnxGraph Graph { get; set; } = new();

    /// <summary>Functions that nodes can use as operators.</summary>
    public List<OnnxFunction> Functions { get; } = [];

    /// <summary>Metadata: arbitrary keys and values.</summary>
    public OnnxMetadata Metadata => _metadata ??= new();

    /// <summary>Training graphs.</summary>
    public List<OnnxTrainingInfo> TrainingInfos => _training ??= [];

    /// <summary>Sets of devices over which the model can be distributed.</summary>
    public List<OnnxDeviceConfiguration> DeviceConfigurations => _devices ??= [];

    /// <summary>The file the model was loaded from; null for bytes in memory or a new model.</summary>
    public string? SourcePath { get; internal set; }

    /// <summary>The bytes that the model was read from, unmodified; empty for a new model. Changes to the objects are not reflected in them.</summary>
    public ReadOnlyMemory<byte> SourceBytes { get; internal set; }

    /// <summary>Whether the model was read from an encrypted file. Its content, with its external data, is then zeroed on <see cref="Dispose"/>, and slices of it read as zeros afterwards.</summary>
    public bool IsEncrypted => KeyId is not null;

    /// <summary>The id of the key that encrypts the data key of the file; null if the model was not encrypted.</summary>
    public string? KeyId { get; internal set; }

    /// <summary>The content of the file that the model was loaded from.</summary>
    internal IDisposable? Content { get; set; }

    internal IExternalData? External { get; set; }

    internal bool HasMetadata => _metadata is { Count: > 0 };

    internal bool HasTrainingInfos => _training is { Count: > 0 };

    internal bool HasDeviceConfigurations => _devices is { Count: > 0 };

    /// <summary>Returns the version of an operator set.</summary>
    /// <param name="domain">The domain; "" and "ai.onnx" are the same.</param>
    /// <returns>The version; null if the model does not import the domain.</returns>
    public long? GetOperatorSetVersion(string domain = "")
    {
        var wanted = domain == "ai.onnx" ? "" : domain;
        foreach (var set in OperatorSets)
        {
            if ((set.Domain == "ai.onnx" ? "" : set.Domain) == wanted)
            {
                return set.Version;
            }
        }

        return null;
    }

    /// <summary>Releases the content of the files. Afterwards, getting a span of a slice throws, and spans obtained earlier must no longer be used.</summary>
    public void Dispose()
    {
        External?.Dispose();
        Content?.Dispose();
    }

    /// <inheritdoc/>
    public override string ToString() => $"model '{Graph.Name}' (IR {IrVersion}, {string.Join(", ", OperatorSets)})";
}
