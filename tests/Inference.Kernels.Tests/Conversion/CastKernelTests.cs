using System.Numerics;
using Inference.Kernels.Conversion;

namespace Inference.Kernels.Tests.Conversion;

public sealed unsafe class CastKernelTests
{
    private static readonly double[] s_values =
    [
        0, -0.0, 1, -1, 2, 0.5, -0.5, 1.99, -1.99, 127, 128, 129, -128, -129, 255, 256, -255, 32767, 32768, -32769, 65535, 65536, 2147483647, 2147483648, -2147483648, -2147483649, 4294967295,
        4294967296, 9007199254740993, -9007199254740993, 9.2e18, -9.3e18, 1.9e19, 1e30, -1e30, 1e-30, double.NaN, double.PositiveInfinity, double.NegativeInfinity, 16777217, 33554435,
    ];

    [Fact]
    public void FromEachType_EveryLengthAndOffset_EqualsFormula()
    {
        Integers<sbyte>();
        Integers<byte>();
        Integers<short>();
        Integers<ushort>();
        Integers<int>();
        Integers<uint>();
        Integers<long>();
        Integers<ulong>();
        Floats<float>();
        Floats<double>();
    }

    [Fact]
    public void Bools_ToEachType_AreZeroOrOne()
    {
        byte[] bytes = [.. Enumerable.Range(0, 70).Select(i => (byte)(i % 3 * 85))];
        for (int n = 0; n <= bytes.Length; n++)
        {
            fixed (byte* x = bytes)
            {
                Same(Result<bool, byte>((bool*)x, n), [.. bytes.Take(n).Select(b => b != 0 ? (byte)1 : (byte)0)]);
                Same(Result<bool, short>((bool*)x, n), [.. bytes.Take(n).Select(b => b != 0 ? (short)1 : (short)0)]);
                Same(Result<bool, long>((bool*)x, n), [.. bytes.Take(n).Select(b => b != 0 ? 1L : 0)]);
                Same(Result<bool, float>((bool*)x, n), [.. bytes.Take(n).Select(b => b != 0 ? 1f : 0)]);
            }
        }
    }

    [Fact]
    public void DoubleToOddSingle_ThenHalf_IsRoundedOnce()
    {
        var random = new Random(3);
        double[] values = [.. s_values, .. Enumerable.Range(0, 50_000).Select(i => (1 + ((random.Next(2048) + 0.5) / 1024) + (random.Next(-1, 2) * 1e-13)) * Math.Pow(2, random.Next(-26, 17)))];
        var single = new float[values.Length];
        var half = new Half[values.Length];
        fixed (double* x = values)
        fixed (float* s = single)
        fixed (Half* h = half)
        {
            FloatConversion.DoubleToOddSingle(x, s, values.Length);
            FloatConversion.SingleToHalf(s, h, values.Length);
        }

        Assert.Equal(values.Select(v => (Half)v), half);
    }

    private static void Integers<T>()
        where T : unmanaged, IBinaryInteger<T>
    {
        T[] all = [.. s_values.Where(double.IsFinite).Select(v => T.CreateTruncating((Int128)v)), .. Enumerable.Range(0, 64).Select(i => T.CreateTruncating(i * 0x0123456789ABCDEFL))];
        All(all, x => T.IsZero(x) ? (byte)0 : (byte)1, byte.CreateTruncating, short.CreateTruncating, int.CreateTruncating, long.CreateTruncating);
    }

    private static void Floats<T>()
        where T : unmanaged, IFloatingPoint<T>
    {
        T[] all = [.. s_values.Select(T.CreateTruncating), .. s_values.Select(T.CreateTruncating)];
        All(all, x => T.IsZero(x) ? (byte)0 : (byte)1, x => (byte)Cut32(x), x => (short)Cut32(x), Cut32, Cut64);
        Each<T, uint>(all, x => (uint)Cut64(x));
        Each<T, ulong>(all, x => double.CreateTruncating(x) >= 9223372036854775808.0 ? (ulong)double.CreateTruncating(x) : (ulong)Cut64(x));
    }

    private static int Cut32<T>(T x)
        where T : IFloatingPoint<T> => double.CreateTruncating(x) is > -2147483649.0 and < 2147483648.0 and var inside ? (int)inside : int.MinValue;

    private static long Cut64<T>(T x)
        where T : IFloatingPoint<T> => double.CreateTruncating(x) is >= -9223372036854775808.0 and < 9223372036854775808.0 and var inside ? (long)inside : long.MinValue;

    private static void All<T>(T[] all, Func<T, byte> truth, Func<T, byte> bytes, Func<T, short> shorts, Func<T, int> ints, Func<T, long> longs)
        where T : unmanaged, INumber<T>
    {
        for (int n = 0; n <= all.Length; n++)
        {
            fixed (T* x = all)
            {
                Same(Result<T, bool>(x, n), [.. all.Take(n).Select(v => truth(v) != 0)]);
            }
        }

        Each(all, bytes);
        Each(all, shorts);
        Each(all, ints);
        Each(all, longs);
        Each(all, x => x is ulong u ? u : x is double d ? (float)d : float.CreateTruncating(x));
        Each(all, double.CreateTruncating);
    }

    private static void Each<T, TTo>(T[] all, Func<T, TTo> formula)
        where T : unmanaged
        where TTo : unmanaged
    {
        for (int first = 0; first < 3; first++)
        {
            for (int n = 0; n <= all.Length - first; n++)
            {
                fixed (T* x = all)
                {
                    Same(Result<T, TTo>(x + first, n), [.. all.Skip(first).Take(n).Select(formula)]);
                }
            }
        }

        // Long enough to start on a cache line, from every offset.
        T[] many = [.. Enumerable.Range(0, 1200).Select(i => all[i % all.Length])];
        for (int first = 0; first < 17; first++)
        {
            fixed (T* x = many)
            {
                Same(Result<T, TTo>(x + first, many.Length - first), [.. many.Skip(first).Select(formula)]);
            }
        }
    }

    private static TTo[] Result<T, TTo>(T* x, int n)
        where T : unmanaged
        where TTo : unmanaged
    {
        using var y = new NativeArray<TTo>(n);
        CastKernel.Run(x, y.Pointer, n);
        y.AssertIntact();
        return y.Span.ToArray();
    }

    private static void Same<T>(T[] got, T[] want)
        where T : unmanaged => Assert.Equal(want, got);
}
