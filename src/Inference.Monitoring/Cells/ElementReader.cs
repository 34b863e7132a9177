using System.Runtime.CompilerServices;

namespace Inference.Monitoring.Cells;

/// <summary>Reads elements of tensors of any numeric type as doubles.</summary>
internal static class ElementReader
{
    /// <summary>Whether elements of this type are numbers or bools.</summary>
    public static bool IsNumeric(ElementType type) => type is ElementType.Float32 or ElementType.Float64 or ElementType.Float16 or ElementType.BFloat16
        or ElementType.Int8 or ElementType.Int16 or ElementType.Int32 or ElementType.Int64 or ElementType.UInt8 or ElementType.UInt16 or ElementType.UInt32 or ElementType.UInt64 or ElementType.Bool;

    /// <summary>Whether elements of this type are integers or bools.</summary>
    public static bool IsInteger(ElementType type) => IsNumeric(type) && type is not (ElementType.Float32 or ElementType.Float64 or ElementType.Float16 or ElementType.BFloat16);

    /// <summary>to[i] = element first + i · step.</summary>
    public static void Read(TensorValue tensor, long first, int step, Span<double> to)
    {
        switch (tensor.ElementType)
        {
            case ElementType.Float32: Read<float>(tensor, first, step, to); break;
            case ElementType.Float64: Read<double>(tensor, first, step, to); break;
            case ElementType.Float16: Read<Half>(tensor, first, step, to); break;
            case ElementType.BFloat16: Read<BFloat16>(tensor, first, step, to); break;
            case ElementType.Int8: Read<sbyte>(tensor, first, step, to); break;
            case ElementType.Int16: Read<short>(tensor, first, step, to); break;
            case ElementType.Int32: Read<int>(tensor, first, step, to); break;
            case ElementType.Int64: Read<long>(tensor, first, step, to); break;
            case ElementType.UInt8: Read<byte>(tensor, first, step, to); break;
            case ElementType.UInt16: Read<ushort>(tensor, first, step, to); break;
            case ElementType.UInt32: Read<uint>(tensor, first, step, to); break;
            case ElementType.UInt64: Read<ulong>(tensor, first, step, to); break;
            case ElementType.Bool: Read<bool>(tensor, first, step, to); break;
            default: to.Fill(double.NaN); break;
        }
    }

    private static void Read<T>(TensorValue tensor, long first, int step, Span<double> to)
    {
        ReadOnlySpan<T> from = tensor.AsSpan<T>();
        int place = checked((int)first);
        for (int i = 0; i < to.Length; i++, place += step)
        {
            to[i] = ToDouble(from[place]);
        }
    }

    // The comparisons are decided when the method is compiled for T.
    private static double ToDouble<T>(T value) =>
        typeof(T) == typeof(float) ? Unsafe.As<T, float>(ref value) :
        typeof(T) == typeof(double) ? Unsafe.As<T, double>(ref value) :
        typeof(T) == typeof(Half) ? (double)Unsafe.As<T, Half>(ref value) :
        typeof(T) == typeof(BFloat16) ? (float)Unsafe.As<T, BFloat16>(ref value) :
        typeof(T) == typeof(sbyte) ? Unsafe.As<T, sbyte>(ref value) :
        typeof(T) == typeof(short) ? Unsafe.As<T, short>(ref value) :
        typeof(T) == typeof(int) ? Unsafe.As<T, int>(ref value) :
        typeof(T) == typeof(long) ? Unsafe.As<T, long>(ref value) :
        typeof(T) == typeof(byte) ? Unsafe.As<T, byte>(ref value) :
        typeof(T) == typeof(ushort) ? Unsafe.As<T, ushort>(ref value) :
        typeof(T) == typeof(uint) ? Unsafe.As<T, uint>(ref value) :
        typeof(T) == typeof(ulong) ? Unsafe.As<T, ulong>(ref value) :
        Unsafe.As<T, byte>(ref value) != 0 ? 1 : 0;
}
