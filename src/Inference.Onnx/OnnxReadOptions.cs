namespace Inference.Onnx;

/// <summary>
/// Options for reading. The defaults accept every file that the official protobuf parser accepts, using memory proportional to the size of the file;
/// use lower limits for untrusted files. Exceeding a limit throws <see cref="OnnxFormatException"/>.
/// </summary>
public sealed class OnnxReadOptions
{
    internal static readonly OnnxReadOptions Default = new();

    /// <summary>The maximum size of a model file in bytes, without external data. Default 2 147 483 647, the limit of the protobuf encoding. Range 1 to 2 147 483 647.</summary>
    public long MaxFileBytes { get; init => field = Within(value, 1, int.MaxValue, nameof(MaxFileBytes)); } = int.MaxValue;

    /// <summary>The maximum size of an external data file in bytes. Default 2^42 (4 TiB). Range 1 to 2^62.</summary>
    public long MaxExternalFileBytes { get; init => field = Within(value, 1, 1L << 62, nameof(MaxExternalFileBytes)); } = 1L << 42;

    /// <summary>The maximum nesting depth of messages; each nested subgraph adds three. Default 100, as in protobuf. Range 1 to 500.</summary>
    public int MaxNestingDepth { get; init => field = (int)Within(value, 1, 500, nameof(MaxNestingDepth)); } = 100;

    /// <summary>The maximum number of nodes in all graphs and functions. Default 1 000 000. Range 0 to 2^31 − 1.</summary>
    public int MaxNodes { get; init => field = (int)Within(value, 0, int.MaxValue, nameof(MaxNodes)); } = 1_000_000;

    /// <summary>The maximum number of messages of any kind (nodes, attributes, tensors, types, dimensions, entries), which limits the memory that a small file can require. Default 4 000 000, enough for about 300 000 nodes with shapes for every value. Range 1 to 2^31 − 1.</summary>
    public int MaxMessages { get; init => field = (int)Within(value, 1, int.MaxValue, nameof(MaxMessages)); } = 4_000_000;

    /// <summary>The maximum number of elements in one tensor. Default 2^36. Range 0 to 2^62.</summary>
    public long MaxTensorElements { get; init => field = Within(value, 0, 1L << 62, nameof(MaxTensorElements)); } = 1L << 36;

    /// <summary>The maximum number of elements in all tensors. Default 2^40. Range 0 to 2^62.</summary>
    public long MaxTotalElements { get; init => field = Within(value, 0, 1L << 62, nameof(MaxTotalElements)); } = 1L << 40;

    /// <summary>
    /// The folder that must contain all external data. Default null: for <c>OnnxModel.Load</c>, the folder of the model file; none for bytes
    /// in memory, whose external tensors then cannot be read.
    /// </summary>
    public string? BaseDirectory { get; init; }

    /// <summary>
    /// Whether files are memory-mapped instead of read into memory; false by default. A mapping needs no copy, and only pages that are used become resident. Warning: a mapping shares its pages with
    /// the file. Overwriting the file in place changes the model, and truncating it ends the process (SIGBUS). Map only files that are not modified; replacing a file by renaming
    /// another is safe. Files smaller than 64 KiB are always read.
    /// </summary>
    public bool MapFiles { get; init; }

    /// <summary>
    /// The only files that may be read, with the SHA-256 that each must have, lower-case hexadecimal: the model file and its external data, by their path relative to the folder of external data, with <c>/</c>. What is
    /// compared are the bytes that were read; files are not mapped. Null, the default, for any files.
    /// </summary>
    public IReadOnlyDictionary<string, string>? ExpectedFiles { get; init; }

    /// <summary>
    /// Whether a file of external data may have other names by hard links; false by default, because one of them may lie outside the model's folder. Checked on Linux.
    /// </summary>
    public bool AllowHardLinks { get; init; }

    /// <summary>
    /// Decrypts the data key of an encrypted model (see <see cref="EncryptedModel"/>): receives what the file states and returns the data key, 32 bytes in a new array that the reader zeroes. Default null: encrypted models are rejected.
    /// </summary>
    public Func<EncryptedModelKey, byte[]>? UnwrapKey { get; init; }

    private static long Within(long value, long least, long most, string name) =>
        value >= least && value <= most
            ? value
            : throw new ArgumentOutOfRangeException(name, value, $"{name}: expected {least} to {most}, got {value}.");
}
