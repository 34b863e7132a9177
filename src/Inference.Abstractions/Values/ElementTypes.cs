using System.Diagnostics.CodeAnalysis;

namespace Inference;

/// <summary>Properties of an <see cref="ElementType"/>: size, name and .NET type. Thread-safe.</summary>
public static class ElementTypes
{
    /// <summary>Returns the number of bits that one element takes in memory; 0 for <see cref="ElementType.String"/> and <see cref="ElementType.Undefined"/>.</summary>
    public static int BitWidth(this ElementType type) => type switch
    {
        ElementType.UInt2 or ElementType.Int2 => 2,
        ElementType.UInt4 or ElementType.Int4 or ElementType.Float4E2M1 => 4,
        ElementType.UInt8 or ElementType.Int8 or ElementType.Bool or ElementType.Float8E4M3FN or ElementType.Float8E4M3FNUZ
            or ElementType.Float8E5M2 or ElementType.Float8E5M2FNUZ or ElementType.Float8E8M0 => 8,
        ElementType.UInt16 or ElementType.Int16 or ElementType.Float16 or ElementType.BFloat16 => 16,
        ElementType.Float32 or ElementType.Int32 or ElementType.UInt32 => 32,
        ElementType.Float64 or ElementType.Int64 or ElementType.UInt64 or ElementType.Complex64 => 64,
        ElementType.Complex128 => 128,
        _ => 0,
    };

    /// <summary>Whether one byte holds several elements.</summary>
    public static bool IsPacked(this ElementType type) => type.BitWidth() is 2 or 4;

    /// <summary>Returns the number of bytes that <paramref name="count"/> elements take; packed types are rounded up to whole bytes.</summary>
    /// <exception cref="InferenceException">The result exceeds <see cref="long.MaxValue"/>.</exception>
    public static long ByteCount(this ElementType type, long count)
    {
        int bits = type.BitWidth();
        if (bits > 0 && count > (long.MaxValue - 7) / bits)
        {
            ThrowTooLarge(type, count);
        }

        return ((count * bits) + 7) >> 3;
    }

    /// <summary>Returns the usual name of the type, such as <c>float32</c> or <c>int64</c>.</summary>
    public static string Name(this ElementType type) => type switch
    {
        ElementType.Float32 => "float32",
        ElementType.Float64 => "float64",
        ElementType.Float4E2M1 => "float4e2m1",
        ElementType.Float8E4M3FN => "float8e4m3fn",
        ElementType.Float8E4M3FNUZ => "float8e4m3fnuz",
        ElementType.Float8E5M2 => "float8e5m2",
        ElementType.Float8E5M2FNUZ => "float8e5m2fnuz",
        ElementType.Float8E8M0 => "float8e8m0",
        ElementType.Float16 => "float16",
        ElementType.BFloat16 => "bfloat16",
        ElementType.Int8 => "int8",
        ElementType.Int16 => "int16",
        ElementType.Int32 => "int32",
        ElementType.Int64 => "int64",
        ElementType.UInt8 => "uint8",
        ElementType.UInt16 => "uint16",
        ElementType.UInt32 => "uint32",
        ElementType.UInt64 => "uint64",
        ElementType.Int2 => "int2",
        ElementType.UInt2 => "uint2",
        ElementType.Int4 => "int4",
        ElementType.UInt4 => "uint4",
        ElementType.Bool => "bool",
        ElementType.String => "string",
        ElementType.Complex64 => "complex64",
        ElementType.Complex128 => "complex128",
        _ => "undefined",
    };

    /// <summary>Returns the element type whose .NET type is <typeparamref name="T"/>.</summary>
    /// <exception cref="NotSupportedException">No element type has this .NET type.</exception>
    public static ElementType Of<T>() =>
        TryOf<T>(out ElementType type) ? type : throw NotAnElement(typeof(T));

    /// <summary>Gets the element type whose .NET type is <typeparamref name="T"/>; false if there is none.</summary>
    public static bool TryOf<T>(out ElementType type)
    {
        type =
            typeof(T) == typeof(float) ? ElementType.Float32 :
            typeof(T) == typeof(double) ? ElementType.Float64 :
            typeof(T) == typeof(long) ? ElementType.Int64 :
            typeof(T) == typeof(int) ? ElementType.Int32 :
            typeof(T) == typeof(short) ? ElementType.Int16 :
            typeof(T) == typeof(sbyte) ? ElementType.Int8 :
            typeof(T) == typeof(ulong) ? ElementType.UInt64 :
            typeof(T) == typeof(uint) ? ElementType.UInt32 :
            typeof(T) == typeof(ushort) ? ElementType.UInt16 :
            typeof(T) == typeof(byte) ? ElementType.UInt8 :
            typeof(T) == typeof(bool) ? ElementType.Bool :
            typeof(T) == typeof(string) ? ElementType.String :
            typeof(T) == typeof(Half) ? ElementType.Float16 :
            typeof(T) == typeof(BFloat16) ? ElementType.BFloat16 :
            typeof(T) == typeof(Float8E4M3FN) ? ElementType.Float8E4M3FN :
            typeof(T) == typeof(Float8E4M3FNUZ) ? ElementType.Float8E4M3FNUZ :
            typeof(T) == typeof(Float8E5M2) ? ElementType.Float8E5M2 :
            typeof(T) == typeof(Float8E5M2FNUZ) ? ElementType.Float8E5M2FNUZ :
            typeof(T) == typeof(Float8E8M0) ? ElementType.Float8E8M0 :
            typeof(T) == typeof(Complex64) ? ElementType.Complex64 :
            typeof(T) == typeof(System.Numerics.Complex) ? ElementType.Complex128 :
            ElementType.Undefined;
        return type != ElementType.Undefined;
    }

    private static NotSupportedException NotAnElement(Type type) => new(
        $"'{type}' is not the .NET type of a tensor element. Use float, double, Half, BFloat16, an integer type, bool, string, a Float8 type or a complex type; access packed types through PackedBytes.");

    [DoesNotReturn]
    private static void ThrowTooLarge(ElementType type, long count) =>
        throw new InferenceException($"{count} elements of {type.Name()} were requested; their size in bits exceeds {long.MaxValue}. Use smaller shapes.");
}
