namespace Inference.Onnx;

/// <summary>How <c>OnnxModel.Save</c> stores large tensors.</summary>
public sealed class OnnxWriteOptions
{
    internal static readonly OnnxWriteOptions Default = new();

    /// <summary>
    /// Initializers of at least this many bytes go to an external data file beside the model. Default null: everything is embedded, and a model beyond 2^31 − 1 bytes, the limit
    /// of the protobuf encoding, is refused. Range 0 to 2^62.
    /// </summary>
    public long? ExternalDataThreshold
    {
        get;
        init => field = value is null or (>= 0 and <= 1L << 62)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(ExternalDataThreshold), value, $"{nameof(ExternalDataThreshold)}: expected 0 to 2^62 bytes, got {value}.");
    }

    /// <summary>Name, without folder, of the external data file. Default null: the name of the model file with ".data" appended.</summary>
    public string? ExternalDataFileName { get; init; }

    /// <summary>Where each tensor begins in the external data file: a multiple of this many bytes. Default 64. Range 1 to 65536.</summary>
    public int ExternalDataAlignment
    {
        get;
        init => field = value is >= 1 and <= 65536
            ? value
            : throw new ArgumentOutOfRangeException(nameof(ExternalDataAlignment), value, $"{nameof(ExternalDataAlignment)}: expected 1 to 65536 bytes, got {value}.");
    } = 64;

    /// <summary>
    /// Whether tensors that are external already stay references, as they are, to a file that the caller keeps beside the model. Default false: their content is written anew,
    /// embedded or external by <see cref="ExternalDataThreshold"/>.
    /// </summary>
    public bool KeepExternalReferences { get; init; }
}
