using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Inference.Kernels.Simd;

/// <summary>Sixteen numbers from one element type to another, in registers. A type is named by the C# type of its elements; bool is 0 or 1 in a byte.</summary>
internal static unsafe class CastLanes
{
    /// <summary>Numbers at once.</summary>
    public const int Count = 16;

    /// <summary>Whether elements are integers, or bools, of at most 32 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsInt<T>() => typeof(T) == typeof(bool) || typeof(T) == typeof(sbyte) || typeof(T) == typeof(byte) || typeof(T) == typeof(short) || typeof(T) == typeof(ushort)
        || typeof(T) == typeof(int) || typeof(T) == typeof(uint);

    /// <summary>Whether elements are integers of 64 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsLong<T>() => typeof(T) == typeof(long) || typeof(T) == typeof(ulong);

    /// <summary>Integers of at most 32 bits, extended by their sign where they have one; uint as the same bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> LoadInts<T>(T* from)
        where T : unmanaged
    {
        if (typeof(T) == typeof(sbyte))
        {
            return Vector512.WidenLower(Vector256.WidenLower(Vector128.Load((sbyte*)from).ToVector256Unsafe()).ToVector512Unsafe());
        }

        if (typeof(T) == typeof(bool) || typeof(T) == typeof(byte))
        {
            Vector128<byte> bytes = Vector128.Load((byte*)from);
            bytes = typeof(T) == typeof(bool) ? Vector128.Min(bytes, Vector128<byte>.One) : bytes;
            return Vector512.WidenLower(Vector256.WidenLower(bytes.ToVector256Unsafe()).ToVector512Unsafe()).AsInt32();
        }

        return typeof(T) == typeof(short) ? Vector512.WidenLower(Vector256.Load((short*)from).ToVector512Unsafe())
            : typeof(T) == typeof(ushort) ? Vector512.WidenLower(Vector256.Load((ushort*)from).ToVector512Unsafe()).AsInt32()
            : Vector512.Load((int*)from);
    }

    /// <summary>The low bits of each lane, as many as the elements have.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreInts<T>(T* to, Vector512<int> x)
        where T : unmanaged
    {
        if (sizeof(T) == 4)
        {
            x.Store((int*)to);
        }
        else if (sizeof(T) == 2)
        {
            Vector256<short> low = Avx512F.IsSupported ? Avx512F.ConvertToVector256Int16(x) : Vector256.Narrow(x.GetLower(), x.GetUpper());
            low.Store((short*)to);
        }
        else if (Avx512F.IsSupported)
        {
            Avx512F.ConvertToVector128Byte(x).Store((byte*)to);
        }
        else
        {
            Vector256<short> low = Vector256.Narrow(x.GetLower(), x.GetUpper());
            Vector128.Narrow(low.GetLower(), low.GetUpper()).Store((sbyte*)to);
        }
    }

    /// <summary>1 in lanes that are not 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Truth(Vector512<int> zero) => Vector512.AndNot(Vector512<int>.One, zero);

    /// <summary>The low 32 bits of the lanes of both.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Narrow(Vector512<long> low, Vector512<long> high) => Avx512F.IsSupported
        ? Vector512.Create(Avx512F.ConvertToVector256Int32(low), Avx512F.ConvertToVector256Int32(high))
        : Vector512.Narrow(low, high);

    /// <summary>Towards 0; the smallest integer where x is out of range or NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> ToInts(Vector512<float> x)
    {
        if (Avx512F.IsSupported)
        {
            return Avx512F.ConvertToVector512Int32WithTruncation(x);
        }

        Vector512<float> inside = Vector512.GreaterThanOrEqual(x, Vector512.Create(-2147483648f)) & Vector512.LessThan(x, Vector512.Create(2147483648f));
        return Vector512.ConditionalSelect(inside.AsInt32(), Vector512.ConvertToInt32Native(x), Vector512.Create(int.MinValue));
    }

    /// <summary>Towards 0; the smallest integer of 32 bits where x is out of its range or NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> ToInts(Vector512<double> low, Vector512<double> high)
    {
        if (Avx512F.IsSupported)
        {
            return Vector512.Create(Avx512F.ConvertToVector256Int32WithTruncation(low), Avx512F.ConvertToVector256Int32WithTruncation(high));
        }

        return Vector512.Narrow(Inside(low), Inside(high));

        static Vector512<long> Inside(Vector512<double> x)
        {
            Vector512<double> inside = Vector512.GreaterThan(x, Vector512.Create(-2147483649d)) & Vector512.LessThan(x, Vector512.Create(2147483648d));
            return Vector512.ConditionalSelect(inside.AsInt64(), Vector512.ConvertToInt64Native(x), Vector512.Create((long)int.MinValue));
        }
    }

    /// <summary>Towards 0; the smallest integer where x is out of range or NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<long> ToLongs(Vector512<double> x)
    {
        if (Avx512DQ.IsSupported)
        {
            return Avx512DQ.ConvertToVector512Int64WithTruncation(x);
        }

        Vector512<double> inside = Vector512.GreaterThanOrEqual(x, Vector512.Create(-9223372036854775808d)) & Vector512.LessThan(x, Vector512.Create(9223372036854775808d));
        return Vector512.ConditionalSelect(inside.AsInt64(), Vector512.ConvertToInt64Native(x), Vector512.Create(long.MinValue));
    }

    /// <summary>As the signed ones below 2⁶³, of which negative numbers keep their bits; from there towards 0, the largest integer from 2⁶⁴ on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<long> ToUnsignedLongs(Vector512<double> x)
    {
        Vector512<double> middle = Vector512.Create(9223372036854775808d);
        Vector512<double> large = Vector512.GreaterThanOrEqual(x, middle);
        // What is beyond the middle is shifted there and back, which is exact.
        Vector512<long> beyond = Vector512.ConditionalSelect(
            Vector512.LessThan(x, Vector512.Create(18446744073709551616d)).AsInt64(), ToLongs(x - middle) ^ Vector512.Create(long.MinValue), Vector512<long>.AllBitsSet);
        return Vector512.ConditionalSelect(large.AsInt64(), beyond, ToLongs(x));
    }

    /// <summary>Rounded once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> ToSingles<T>(Vector512<long> low, Vector512<long> high)
    {
        if (Avx512DQ.IsSupported)
        {
            return typeof(T) == typeof(ulong)
                ? Vector512.Create(Avx512DQ.ConvertToVector256Single(low.AsUInt64()), Avx512DQ.ConvertToVector256Single(high.AsUInt64()))
                : Vector512.Create(Avx512DQ.ConvertToVector256Single(low), Avx512DQ.ConvertToVector256Single(high));
        }

        float* lanes = stackalloc float[Count];
        for (int i = 0; i < Count / 2; i++)
        {
            lanes[i] = typeof(T) == typeof(ulong) ? (ulong)low[i] : low[i];
            lanes[i + (Count / 2)] = typeof(T) == typeof(ulong) ? (ulong)high[i] : high[i];
        }

        return Vector512.Load(lanes);
    }

    /// <summary>Exact.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> ToDoubles(Vector256<int> x) =>
        Avx512F.IsSupported ? Avx512F.ConvertToVector512Double(x) : Vector512.ConvertToDouble(Vector512.WidenLower(x.ToVector512Unsafe()));
}
