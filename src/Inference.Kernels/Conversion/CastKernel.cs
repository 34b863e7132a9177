using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Inference.Kernels.Simd;
using Inference.Kernels.Threading;

namespace Inference.Kernels.Conversion;

/// <summary>Conversions between bool, integers of 8 to 64 bits, f32 and f64, each named by the C# type of its elements. Thread-safe.</summary>
internal static unsafe class CastKernel
{
    // Elements from which a loop is worth a start on a cache line.
    private const int LongRun = 1024;

    /// <summary>
    /// y[i] = x[i] as another type. Integers keep their low bits; to floating point they are rounded once. Floating point goes towards 0; out of range and NaN give the smallest integer
    /// of 32 bits, of 64 for targets of 64 bits and uint, and narrower targets keep its low bits. To ulong, from 2⁶³ on numbers are themselves, and the largest from 2⁶⁴ on. To bool, what is not 0 is 1.
    /// </summary>
    /// <param name="x">Input.</param>
    /// <param name="y">Output, not overlapping it.</param>
    /// <param name="count">Elements, 0 or more.</param>
    public static void Run<TFrom, TTo>(TFrom* x, TTo* y, nint count)
        where TFrom : unmanaged
        where TTo : unmanaged
    {
        KernelAssert.Apart(x, count * sizeof(TFrom), y, count * sizeof(TTo));
        if (sizeof(TFrom) == sizeof(TTo) && (CastLanes.IsInt<TFrom>() || CastLanes.IsLong<TFrom>()) && (CastLanes.IsInt<TTo>() || CastLanes.IsLong<TTo>()))
        {
            Same((byte*)x, (byte*)y, count * sizeof(TFrom), truth: typeof(TFrom) == typeof(bool) || typeof(TTo) == typeof(bool));
            return;
        }

        nint head = Head(x, y, count);
        Rest(x, y, (int)head);
        x += head;
        y += head;
        count -= head;
        nint whole = count - (count % CastLanes.Count);
        for (nint i = 0; i < whole;)
        {
            nint stop = LongLoop.Next(i, whole);
            Vectors(x + i, y + i, stop - i);
            i = stop;
        }

        Rest(x + whole, y + whole, (int)(count - whole));
    }

    // Elements up to a cache line of the wider operand, fewer than a vector: a vector of 64 bytes would cross two lines each time.
    private static nint Head<TFrom, TTo>(TFrom* x, TTo* y, nint count)
        where TFrom : unmanaged
        where TTo : unmanaged
    {
        nint width = Math.Max(sizeof(TFrom), sizeof(TTo));
        nint beyond = (sizeof(TFrom) >= sizeof(TTo) ? (nint)x : (nint)y) & 63;
        return width < 4 || count < LongRun || beyond % width != 0 ? 0 : (64 - beyond) % 64 / width;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Vectors<TFrom, TTo>(TFrom* x, TTo* y, nint count)
        where TFrom : unmanaged
        where TTo : unmanaged
    {
        for (nint i = 0; i < count; i += CastLanes.Count)
        {
            if (CastLanes.IsInt<TFrom>())
            {
                FromInts(x + i, y + i);
            }
            else if (CastLanes.IsLong<TFrom>())
            {
                FromLongs(x + i, y + i);
            }
            else if (typeof(TFrom) == typeof(float))
            {
                FromSingles((float*)(x + i), y + i);
            }
            else
            {
                FromDoubles((double*)(x + i), y + i);
            }
        }
    }

    // Integers of one size: the same bits, to bool and from it 1 for all but 0.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Same(byte* x, byte* y, nint bytes, bool truth)
    {
        if (!truth)
        {
            Buffer.MemoryCopy(x, y, bytes, bytes);
            return;
        }

        nint i = 0;
        for (; i + Vector512<byte>.Count <= bytes; i += Vector512<byte>.Count)
        {
            Vector512.Min(Vector512.Load(x + i), Vector512<byte>.One).Store(y + i);
        }

        for (; i < bytes; i++)
        {
            y[i] = byte.Min(x[i], 1);
        }
    }

    // Through arrays as long as a vector: no memory beside the operands is touched.
    private static void Rest<TFrom, TTo>(TFrom* x, TTo* y, int count)
        where TFrom : unmanaged
        where TTo : unmanaged
    {
        if (count == 0)
        {
            return;
        }

        TFrom* from = stackalloc TFrom[CastLanes.Count];
        TTo* to = stackalloc TTo[CastLanes.Count];
        new Span<TFrom>(from, CastLanes.Count).Clear();
        new ReadOnlySpan<TFrom>(x, count).CopyTo(new Span<TFrom>(from, count));
        Vectors(from, to, CastLanes.Count);
        new ReadOnlySpan<TTo>(to, count).CopyTo(new Span<TTo>(y, count));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FromInts<TFrom, TTo>(TFrom* from, TTo* to)
        where TFrom : unmanaged
        where TTo : unmanaged
    {
        Vector512<int> x = CastLanes.LoadInts(from);
        bool unsigned = typeof(TFrom) == typeof(uint);
        if (typeof(TTo) == typeof(bool))
        {
            CastLanes.StoreInts(to, CastLanes.Truth(Vector512.Equals(x, Vector512<int>.Zero)));
        }
        else if (CastLanes.IsInt<TTo>())
        {
            CastLanes.StoreInts(to, x);
        }
        else if (CastLanes.IsLong<TTo>())
        {
            (Vector512<long> low, Vector512<long> high) = (Vector512.WidenLower(x), Vector512.WidenUpper(x));
            (unsigned ? Vector512.WidenLower(x.AsUInt32()).AsInt64() : low).Store((long*)to);
            (unsigned ? Vector512.WidenUpper(x.AsUInt32()).AsInt64() : high).Store((long*)to + 8);
        }
        else if (typeof(TTo) == typeof(float))
        {
            (unsigned ? Vector512.ConvertToSingle(x.AsUInt32()) : Vector512.ConvertToSingle(x)).Store((float*)to);
        }
        else
        {
            (unsigned ? Vector512.ConvertToDouble(Vector512.WidenLower(x.AsUInt32()).AsInt64()) : CastLanes.ToDoubles(x.GetLower())).Store((double*)to);
            (unsigned ? Vector512.ConvertToDouble(Vector512.WidenUpper(x.AsUInt32()).AsInt64()) : CastLanes.ToDoubles(x.GetUpper())).Store((double*)to + 8);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FromLongs<TFrom, TTo>(TFrom* from, TTo* to)
        where TFrom : unmanaged
        where TTo : unmanaged
    {
        Vector512<long> low = Vector512.Load((long*)from);
        Vector512<long> high = Vector512.Load((long*)from + 8);
        bool unsigned = typeof(TFrom) == typeof(ulong);
        if (typeof(TTo) == typeof(bool))
        {
            CastLanes.StoreInts(to, CastLanes.Truth(CastLanes.Narrow(Vector512.Equals(low, Vector512<long>.Zero), Vector512.Equals(high, Vector512<long>.Zero))));
        }
        else if (CastLanes.IsInt<TTo>())
        {
            CastLanes.StoreInts(to, CastLanes.Narrow(low, high));
        }
        else if (CastLanes.IsLong<TTo>())
        {
            low.Store((long*)to);
            high.Store((long*)to + 8);
        }
        else if (typeof(TTo) == typeof(float))
        {
            CastLanes.ToSingles<TFrom>(low, high).Store((float*)to);
        }
        else
        {
            (unsigned ? Vector512.ConvertToDouble(low.AsUInt64()) : Vector512.ConvertToDouble(low)).Store((double*)to);
            (unsigned ? Vector512.ConvertToDouble(high.AsUInt64()) : Vector512.ConvertToDouble(high)).Store((double*)to + 8);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FromSingles<TTo>(float* from, TTo* to)
        where TTo : unmanaged
    {
        Vector512<float> x = Vector512.Load(from);
        if (typeof(TTo) == typeof(bool))
        {
            CastLanes.StoreInts(to, CastLanes.Truth(Vector512.Equals(x, Vector512<float>.Zero).AsInt32()));
        }
        else if (CastLanes.IsInt<TTo>() && typeof(TTo) != typeof(uint))
        {
            CastLanes.StoreInts(to, CastLanes.ToInts(x));
        }
        else if (typeof(TTo) == typeof(float))
        {
            x.Store((float*)to);
        }
        else
        {
            Doubles(Vector512.WidenLower(x), Vector512.WidenUpper(x), to);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FromDoubles<TTo>(double* from, TTo* to)
        where TTo : unmanaged
    {
        Vector512<double> low = Vector512.Load(from);
        Vector512<double> high = Vector512.Load(from + 8);
        if (typeof(TTo) == typeof(bool))
        {
            Vector512<double> zero = Vector512<double>.Zero;
            CastLanes.StoreInts(to, CastLanes.Truth(CastLanes.Narrow(Vector512.Equals(low, zero).AsInt64(), Vector512.Equals(high, zero).AsInt64())));
        }
        else if (CastLanes.IsInt<TTo>() && typeof(TTo) != typeof(uint))
        {
            CastLanes.StoreInts(to, CastLanes.ToInts(low, high));
        }
        else if (typeof(TTo) == typeof(float))
        {
            Vector512.Narrow(low, high).Store((float*)to);
        }
        else
        {
            Doubles(low, high, to);
        }
    }

    // To 64 bits, or to uint, which is the low half of that.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Doubles<TTo>(Vector512<double> low, Vector512<double> high, TTo* to)
        where TTo : unmanaged
    {
        if (typeof(TTo) == typeof(double))
        {
            low.Store((double*)to);
            high.Store((double*)to + 8);
        }
        else if (typeof(TTo) == typeof(uint))
        {
            CastLanes.Narrow(CastLanes.ToLongs(low), CastLanes.ToLongs(high)).Store((int*)to);
        }
        else if (typeof(TTo) == typeof(ulong))
        {
            CastLanes.ToUnsignedLongs(low).Store((long*)to);
            CastLanes.ToUnsignedLongs(high).Store((long*)to + 8);
        }
        else
        {
            CastLanes.ToLongs(low).Store((long*)to);
            CastLanes.ToLongs(high).Store((long*)to + 8);
        }
    }
}
