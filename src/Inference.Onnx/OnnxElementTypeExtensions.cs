using System.Globalization;

namespace Inference.Onnx;

/// <summary>Properties of an <see cref="OnnxElementType"/>.</summary>
public static class OnnxElementTypeExtensions
{
    private static readonly string[] Names =
    [
        "undefined", "float32", "uint8", "int8", "uint16", "int16", "int32", "int64", "string", "bool", "float16", "float64",
        "uint32", "uint64", "complex64", "complex128", "bfloat16", "float8e4m3fn", "float8e4m3fnuz", "float8e5m2", "float8e5m2fnuz",
        "uint4", "int4", "float4e2m1", "float8e8m0", "uint2", "int2",
    ];

    private static readonly byte[] Bits =
        [0, 32, 8, 8, 16, 16, 32, 64, 0, 8, 16, 64, 32, 64, 64, 128, 16, 8, 8, 8, 8, 4, 4, 4, 8, 2, 2];

    /// <summary>Returns the width of one element in bits: 2 to 128; 0 for strings, undefined and unknown types.</summary>
    /// <param name="type">The element type.</param>
    public static int BitWidth(this OnnxElementType type) => (uint)type < (uint)Bits.Length ? Bits[(int)type] : 0;

    /// <summary>Returns the lower-case name as in NumPy and its extensions: "float32", "int64", "bfloat16", "float8e4m3fn", "int4". An unknown number gives a name such as "type 99".</summary>
    /// <param name="type">The element type.</param>
    public static string Name(this OnnxElementType type) =>
        (uint)type < (uint)Names.Length ? Names[(int)type] : "type " + ((int)type).ToString(CultureInfo.InvariantCulture);

    /// <summary>Whether this library supports the type: it is listed in the enumeration and is not <see cref="OnnxElementType.Undefined"/>.</summary>
    /// <param name="type">The element type.</param>
    public static bool IsDefined(this OnnxElementType type) => (uint)type < (uint)Names.Length && type != OnnxElementType.Undefined;

    /// <summary>Whether one byte holds several elements (2- and 4-bit types).</summary>
    /// <param name="type">The element type.</param>
    public static bool IsPacked(this OnnxElementType type) => type.BitWidth() is 2 or 4;

    /// <summary>Returns the number of bytes that <paramref name="count"/> elements take: ⌈count · bits ÷ 8⌉.</summary>
    /// <param name="type">The element type; must not be string or undefined.</param>
    /// <param name="count">The number of elements, 0 or more.</param>
    /// <exception cref="ArgumentException">The type has no fixed width.</exception>
    /// <exception cref="OverflowException">The size exceeds 2^63 − 1 bytes.</exception>
    public static long ByteCount(this OnnxElementType type, long count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        var bits = type.BitWidth();
        return bits switch
        {
            0 => throw new ArgumentException($"Element type {type.Name()} has no fixed width.", nameof(type)),
            < 8 => (count / (8 / bits)) + (count % (8 / bits) == 0 ? 0 : 1),
            _ => checked(count * (bits / 8)),
        };
    }
}
