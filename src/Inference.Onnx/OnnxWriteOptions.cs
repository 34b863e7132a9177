namespace Inference.Onnx;

/// <summary>How <c>OnnxModel.Save</c> stores large tensors.</summary>
public sealed class OnnxWriteOptions
{
    internal static readonly OnnxWriteOptions Default = new();

    /// <summary>
    /// Initializers of at least this many bytes are written to an external data file in the model's folder. Default null: everything is embedded, and a model larger than 2^31 − 1 bytes, the limit
    /// of the protobuf encoding, is rejected. Range 0 to 2^62.
    /// </summary>
    public long? ExternalDataThreshold
    {
        get;
        init => field = value is null or (>= 0 and <= 1L << 62)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(ExternalDataThreshold), value, $"{nameof(ExternalDataThreshold)}: expected 0 to 2^62 bytes, got {value}.");
    }

    /// <summary>The name, without folder, of the external data file. Default null: the name of the model file with ".data" appended.</summary>
    public string? ExternalDataFileName { get; init; }

    /// <summary>The alignment of each tensor in the external data file, in bytes. Default 64. Range 1 to 65536.</summary>
    public int ExternalDataAlignment
    {
        get;
        init => field = value is >= 1 and <= 65536
            ? value
            : throw new ArgumentOutOfRangeException(nameof(ExternalDataAlignment), value, $"{nameof(ExternalDataAlignment)}: expected 1 to 65536 bytes, got {value}.");
    } = 64;

    /// <summary>
    /// Whether tensors that are already external keep their references to a file, which the caller must keep in the model's folder. Default false: their content is written again,
    /// embedded or external as determined by <see cref="ExternalDataThreshold"/>.
    /// </summary>
    public bool KeepExternalReferences { get; init; }
}
