namespace Inference.Onnx;

/// <summary>
/// A dense constant (<c>TensorProto</c>). The content is stored in one of several ways: <see cref="RawData"/>, a typed field, <see cref="StringData"/>, or a range of another
/// file (<see cref="HasExternalData"/>); <see cref="GetBytes()"/> gives it the same way whatever the storage.
/// </summary>
/// <remarks>
/// Slices that come from a model file stay valid until that model is disposed; afterwards taking a span of them throws <see cref="ObjectDisposedException"/>. Spans taken
/// before must not be used any more. A model that is never disposed keeps what was read, so a slice never dangles by garbage collection. Reading is thread-safe, changing is not.
/// </remarks>
public sealed partial class OnnxTensor : OnnxMessage
{
    private OnnxMetadata? _metadata;
    private OnnxMetadata? _external;

    /// <summary>Its name; that of the constant for an initializer.</summary>
    public string Name { get; set; } = "";

    /// <summary>Type of the elements.</summary>
    public OnnxElementType ElementType { get; set; }

    /// <summary>The shape, outermost first; empty for a scalar.</summary>
    public long[] Dims { get; set; } = [];

    /// <summary>Free text.</summary>
    public string DocString { get; set; } = "";

    /// <summary>Keys and values of any meaning.</summary>
    public OnnxMetadata Metadata => _metadata ??= new();

    /// <summary>The content as little-endian bytes, packed types low bits first; null where it is stored in another way.</summary>
    public ReadOnlyMemory<byte>? RawData { get; set; }

    /// <summary>The typed field <c>float_data</c> as little-endian bytes, 4 a number; for float32 and complex64.</summary>
    public ReadOnlyMemory<byte> FloatDataBytes { get; set; }

    /// <summary>The typed field <c>double_data</c> as little-endian bytes, 8 a number; for float64 and complex128.</summary>
    public ReadOnlyMemory<byte> DoubleDataBytes { get; set; }

    /// <summary>
    /// The typed field <c>int32_data</c>; for integers up to 32 bits but uint32, bool, and the bits of float16, bfloat16, float8; packed types hold one byte of several elements a number.
    /// </summary>
    public int[] Int32Data { get; set; } = [];

    /// <summary>The typed field <c>int64_data</c>; for int64.</summary>
    public long[] Int64Data { get; set; } = [];

    /// <summary>The typed field <c>uint64_data</c>; for uint32 and uint64.</summary>
    public ulong[] UInt64Data { get; set; } = [];

    /// <summary>The elements of a string tensor, as bytes, usually UTF-8.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> StringData { get; set; } = [];

    /// <summary>Bounds of a part of a split tensor; obsolete, kept on reading and writing, otherwise not used.</summary>
    public OnnxTensorSegment? Segment { get; set; }

    /// <summary>Whether the content is in another file, which <see cref="ExternalData"/> names.</summary>
    public bool HasExternalData { get; set; }

    /// <summary>Where external content is: the keys "location" (a path within the model's folder), "offset" and "length" (in bytes), "checksum" (SHA-1, not verified).</summary>
    public OnnxMetadata ExternalData => _external ??= new();

    /// <summary>Product of <see cref="Dims"/>; 1 for a scalar.</summary>
    /// <exception cref="OnnxFormatException">A dimension is negative, or the product is beyond 2^63 − 1.</exception>
    public long ElementCount => Count(Dims) is var count and >= 0
        ? count
        : throw Broken($"expected dims of at least 0 whose product is below 2^63, got [{string.Join(',', Dims)}]");

    internal IExternalData? Source { get; set; }

    internal bool HasMetadata => _metadata is { Count: > 0 };

    internal bool HasExternalEntries => _external is { Count: > 0 };

    /// <summary>Such as "float32[64,3] 'weight'".</summary>
    public override string ToString() => $"{ElementType.Name()}[{string.Join(',', Dims)}] '{Name}'";

    /// <summary>The product of dims; −1 where one is negative or the product overflows.</summary>
    internal static long Count(ReadOnlySpan<long> dims)
    {
        var product = 1L;
        var empty = false;
        var overflow = false;
        foreach (var dim in dims)
        {
            if (dim < 0)
            {
                return -1;
            }

            empty |= dim == 0;
            if (dim != 0 && product > long.MaxValue / dim)
            {
                overflow = true;
            }
            else if (dim != 0)
            {
                product *= dim;
            }
        }

        return empty ? 0 : overflow ? -1 : product;
    }

    private OnnxFormatException Broken(string problem) => new($"{problem}. Correct the model.", $"tensor '{Name}'");
}
