namespace Inference.Onnx;

/// <summary>
/// A dense constant tensor (<c>TensorProto</c>). The content is stored in one of several ways: <see cref="RawData"/>, a typed field, <see cref="StringData"/>, or a range of another
/// file (<see cref="HasExternalData"/>); <see cref="GetBytes()"/> returns it in the same layout regardless of the storage.
/// </summary>
/// <remarks>
/// Slices of a model file stay valid until the model is disposed; afterwards, getting a span of them throws <see cref="ObjectDisposedException"/>. Spans obtained
/// earlier must no longer be used. A model that is never disposed keeps its content, so garbage collection never invalidates a slice. Concurrent reads are safe; changes are not thread-safe.
/// </remarks>
public sealed partial class OnnxTensor : OnnxMessage
{
    private OnnxMetadata? _metadata;
    private OnnxMetadata? _external;

    /// <summary>The name of the tensor; for an initializer, the name of the constant.</summary>
    public string Name { get; set; } = "";

    /// <summary>The type of the elements.</summary>
    public OnnxElementType ElementType { get; set; }

    /// <summary>The shape, outermost first; empty for a scalar.</summary>
    public long[] Dims { get; set; } = [];

    /// <summary>Documentation in free text.</summary>
    public string DocString { get; set; } = "";

    /// <summary>Metadata: arbitrary keys and values.</summary>
    public OnnxMetadata Metadata => _metadata ??= new();

    /// <summary>The content as little-endian bytes, packed types low bits first; null if it is stored in another way.</summary>
    public ReadOnlyMemory<byte>? RawData { get; set; }

    /// <summary>The typed field <c>float_data</c> as little-endian bytes, 4 per number; for float32 and complex64.</summary>
    public ReadOnlyMemory<byte> FloatDataBytes { get; set; }

    /// <summary>The typed field <c>double_data</c> as little-endian bytes, 8 per number; for float64 and complex128.</summary>
    public ReadOnlyMemory<byte> DoubleDataBytes { get; set; }

    /// <summary>
    /// The typed field <c>int32_data</c>; for integers up to 32 bits except uint32, for bool, and for the bits of float16, bfloat16 and float8; for packed types, each number holds one byte with several elements.
    /// </summary>
    public int[] Int32Data { get; set; } = [];

    /// <summary>The typed field <c>int64_data</c>; for int64.</summary>
    public long[] Int64Data { get; set; } = [];

    /// <summary>The typed field <c>uint64_data</c>; for uint32 and uint64.</summary>
    public ulong[] UInt64Data { get; set; } = [];

    /// <summary>The elements of a string tensor, as bytes, usually UTF-8.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> StringData { get; set; } = [];

    /// <summary>The bounds of a part of a split tensor; obsolete and unused, but preserved when reading and writing.</summary>
    public OnnxTensorSegment? Segment { get; set; }

    /// <summary>Whether the content is stored in another file, specified by <see cref="ExternalData"/>.</summary>
    public bool HasExternalData { get; set; }

    /// <summary>The location of external content, with the keys "location" (a path within the model's folder), "offset" and "length" (in bytes), "checksum" (SHA-1, not verified).</summary>
    public OnnxMetadata ExternalData => _external ??= new();

    /// <summary>The product of <see cref="Dims"/>; 1 for a scalar.</summary>
    /// <exception cref="OnnxFormatException">A dimension is negative, or the product exceeds 2^63 − 1.</exception>
    public long ElementCount => Count(Dims) is var count and >= 0
        ? count
        : throw Broken($"expected dimensions of 0 or more with a product below 2^63, got [{string.Join(',', Dims)}]");

    internal IExternalData? Source { get; set; }

    internal bool HasMetadata => _metadata is { Count: > 0 };

    internal bool HasExternalEntries => _external is { Count: > 0 };

    /// <summary>Formats the tensor, such as "float32[64,3] 'weight'".</summary>
    public override string ToString() => $"{ElementType.Name()}[{string.Join(',', Dims)}] '{Name}'";

    /// <summary>The product of the dimensions; −1 if one is negative or the product overflows.</summary>
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
