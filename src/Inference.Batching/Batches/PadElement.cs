using System.Runtime.InteropServices;

namespace Inference.Batching.Batches;

/// <summary>The bytes of one padding element.</summary>
internal static class PadElement
{
    /// <exception cref="InferenceException">The element type cannot represent the number, or is not numeric.</exception>
    public static byte[] Bytes(string input, ElementType type, double value) => type switch
    {
        ElementType.Float32 => Of((float)value),
        ElementType.Float64 => Of(value),
        ElementType.Float16 => Of((Half)value),
        ElementType.BFloat16 => Of((BFloat16)(float)value),
        ElementType.Int8 => Of(Exact<sbyte>(input, type, value)),
        ElementType.UInt8 => Of(Exact<byte>(input, type, value)),
        ElementType.Int16 => Of(Exact<short>(input, type, value)),
        ElementType.UInt16 => Of(Exact<ushort>(input, type, value)),
        ElementType.Int32 => Of(Exact<int>(input, type, value)),
        ElementType.UInt32 => Of(Exact<uint>(input, type, value)),
        ElementType.Int64 => Of(Exact<long>(input, type, value)),
        ElementType.UInt64 => Of(Exact<ulong>(input, type, value)),
        ElementType.Bool => [1],
        _ => throw new InferenceException($"Input '{input}': expected a numeric element type to pad with {value}, got {type.Name()}. Remove the input from PadValues; other types are padded with zeros."),
    };

    private static T Exact<T>(string input, ElementType type, double value)
        where T : struct, System.Numerics.INumber<T>
    {
        T number = T.CreateSaturating(value);
        return double.CreateChecked(number) == value
            ? number
            : throw new InferenceException($"Input '{input}': expected a padding value that {type.Name()} can hold, got {value}. Change PadValues.");
    }

    private static byte[] Of<T>(T value)
        where T : unmanaged => MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)).ToArray();
}
