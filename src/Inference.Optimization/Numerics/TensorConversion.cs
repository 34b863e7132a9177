using System.Runtime.InteropServices;
using Inference.Data;

namespace Inference.Optimization.Numerics;

/// <summary>Converts numbers of any type to float32.</summary>
internal static class TensorConversion
{
    /// <summary>The elements as float32, converted from float16, float64 or integers if necessary.</summary>
    public static float[] ToFloats(TensorValue value)
    {
        var result = new float[value.ElementCount];
        switch (value.ElementType)
        {
            case ElementType.Float32:
                value.AsSpan<float>().CopyTo(result);
                break;
            case ElementType.Float64:
                Convert(value.AsSpan<double>(), result, static v => (float)v);
                break;
            case ElementType.Float16:
                Convert(value.AsSpan<Half>(), result, static v => (float)v);
                break;
            case ElementType.BFloat16:
                Convert(MemoryMarshal.Cast<byte, ushort>(value.AsBytes()), result, static v => BitConverter.UInt32BitsToSingle((uint)v << 16));
                break;
            case ElementType.Int64:
                Convert(value.AsSpan<long>(), result, static v => v);
                break;
            case ElementType.Int32:
                Convert(value.AsSpan<int>(), result, static v => v);
                break;
            case ElementType.Int16:
                Convert(value.AsSpan<short>(), result, static v => v);
                break;
            case ElementType.UInt8:
                Convert(value.AsSpan<byte>(), result, static v => v);
                break;
            case ElementType.Int8:
                Convert(value.AsSpan<sbyte>(), result, static v => v);
                break;
            case ElementType.Bool:
                Convert(value.AsSpan<bool>(), result, static v => v ? 1f : 0f);
                break;
            default:
                throw new DataException($"Expected numbers, got a tensor of {value.ElementType.Name()}. Convert the column before saving it.");
        }

        return result;
    }

    private static void Convert<T>(ReadOnlySpan<T> source, float[] target, Func<T, float> convert)
    {
        for (int i = 0; i < source.Length; i++)
        {
            target[i] = convert(source[i]);
        }
    }
}
