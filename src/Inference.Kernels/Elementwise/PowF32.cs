using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Inference.Kernels.Elementwise;

/// <summary>y = a^b over f32 arrays, computed in f64 and rounded: 0.51 ULP, with the special values of <see cref="Math.Pow"/>.</summary>
internal static unsafe class PowF32
{
    private const int Lanes = 8;

    // 2/ln 2 · s^(2k)/(2k + 1): log₂ m = 2/ln 2 · artanh s with s = (m − 1)/(m + 1); s² is below 0.0295 and what is left out below 2⁻⁵⁰.
    private const double Log0 = 2.8853900817779268;
    private const double Log1 = Log0 / 3;
    private const double Log2 = Log0 / 5;
    private const double Log3 = Log0 / 7;
    private const double Log4 = Log0 / 9;
    private const double Log5 = Log0 / 11;
    private const double Log6 = Log0 / 13;
    private const double Log7 = Log0 / 15;
    private const double Log8 = Log0 / 17;

    /// <summary>(a, b, y, count, mode) as <see cref="BinaryKernel"/> has it.</summary>
    public static void Run(float* a, float* b, float* y, nint count, int mode)
    {
        if (count == 0)
        {
            return;
        }

        // One value may lie where results go.
        float value = mode == 1 ? *a : *b;
        if (mode == 2 && value is (1f or 2f or 3f or 0.5f))
        {
            Fixed(a, value, y, count);
        }
        else
        {
            General(mode == 1 ? &value : a, mode == 2 ? &value : b, y, count, mode);
        }
    }

    // Exponents that are products or a root.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Fixed(float* a, float exponent, float* y, nint count)
    {
        nint i = 0;
        for (; i + Lanes <= count; i += Lanes)
        {
            Vector256<float> x = Vector256.Load(a + i);
            (exponent switch { 1f => x, 2f => x * x, 3f => Cube(x), _ => Root(x) }).Store(y + i);
        }

        for (; i < count; i++)
        {
            Vector256<float> x = Vector256.Create(a[i]);
            y[i] = (exponent switch { 1f => x, 2f => x * x, 3f => Cube(x), _ => Root(x) }).ToScalar();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Cube(Vector256<float> x)
    {
        (Vector256<double> low, Vector256<double> high) = Vector256.Widen(x);
        return Vector256.Narrow(low * low * low, high * high * high);
    }

    // −∞ to the ½ is ∞, −0 is 0.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Root(Vector256<float> x)
    {
        Vector256<float> infinite = Vector256.Equals(x, Vector256.Create(float.NegativeInfinity));
        return Vector256.ConditionalSelect(infinite, Vector256.Create(float.PositiveInfinity), Vector256.Sqrt(x + Vector256<float>.Zero));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void General(float* a, float* b, float* y, nint count, int mode)
    {
        nint i = 0;
        for (; i + Lanes <= count; i += Lanes)
        {
            Eight(mode == 1 ? Vector256.Create(*a) : Vector256.Load(a + i), mode == 2 ? Vector256.Create(*b) : Vector256.Load(b + i)).Store(y + i);
        }

        if (i < count)
        {
            float* left = stackalloc float[Lanes];
            float* right = stackalloc float[Lanes];
            Vector256<float>.One.Store(left);
            Vector256<float>.One.Store(right);
            for (nint j = i; j < count; j++)
            {
                left[j - i] = mode == 1 ? *a : a[j];
                right[j - i] = mode == 2 ? *b : b[j];
            }

            Eight(Vector256.Load(left), Vector256.Load(right)).Store(left);
            for (nint j = i; j < count; j++)
            {
                y[j] = left[j - i];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Eight(Vector256<float> a, Vector256<float> b)
    {
        Vector256<float> zero = Vector256<float>.Zero;
        Vector256<float> infinity = Vector256.Create(float.PositiveInfinity);
        Vector256<float> half = b * Vector256.Create(0.5f);
        Vector256<float> whole = Vector256.Equals(Vector256.Floor(b), b);
        Vector256<float> odd = Vector256.AndNot(whole, Vector256.Equals(Vector256.Floor(half), half));
        Vector256<float> negative = Vector256.LessThan(a, zero);
        // 0 to a positive power that is no odd integer, whose sign would matter.
        Vector256<float> none = Vector256.AndNot(Vector256.Equals(a, zero) & Vector256.GreaterThan(b, zero), odd);
        Vector256<float> usual = Vector256.LessThan(Vector256.Abs(a), infinity) & Vector256.LessThan(Vector256.Abs(b), infinity)
            & (Vector256.GreaterThan(a, zero) | (negative & whole));
        (Vector256<double> lowA, Vector256<double> highA) = Vector256.Widen(Vector256.Abs(a));
        (Vector256<double> lowB, Vector256<double> highB) = Vector256.Widen(b);
        Vector256<float> y = Vector256.Narrow(Four(lowA, lowB), Four(highA, highB));
        y = Vector256.AndNot(y ^ (negative & odd & Vector256.Create(-0f)), none);
        return (usual | none).AsInt32() == Vector256<int>.AllBitsSet ? y : OneByOne(a, b, y, usual | none);
    }

    // a^b = 2^(b·log₂ a) for a finite and positive.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Four(Vector256<double> a, Vector256<double> b)
    {
        // a = m·2^e with m in [√½, √2): what is added to the pattern carries into the exponent from √2 on.
        Vector256<long> bits = a.AsInt64();
        Vector256<long> e = (bits + Vector256.Create(0x3FF0000000000000 - 0x3FE6A09E667F3BCD)) >> 52;
        Vector256<double> m = (bits - (e << 52) + Vector256.Create(0x3FF0000000000000)).AsDouble();
        Vector256<double> s = (m - Vector256<double>.One) / (m + Vector256<double>.One);
        Vector256<double> u = s * s;
        Vector256<double> p = Vector256.Create(Log8);
        p = Vector256.FusedMultiplyAdd(p, u, Vector256.Create(Log7));
        p = Vector256.FusedMultiplyAdd(p, u, Vector256.Create(Log6));
        p = Vector256.FusedMultiplyAdd(p, u, Vector256.Create(Log5));
        p = Vector256.FusedMultiplyAdd(p, u, Vector256.Create(Log4));
        p = Vector256.FusedMultiplyAdd(p, u, Vector256.Create(Log3));
        p = Vector256.FusedMultiplyAdd(p, u, Vector256.Create(Log2));
        p = Vector256.FusedMultiplyAdd(p, u, Vector256.Create(Log1));
        p = Vector256.FusedMultiplyAdd(p, u, Vector256.Create(Log0));
        Vector256<double> log = Vector256.FusedMultiplyAdd(p, s, Vector256.ConvertToDouble(e - Vector256.Create(1023L)));
        // f32 ends at 2⁻¹⁴⁹ and 2¹²⁸.
        Vector256<double> t = Vector256.MinNative(Vector256.MaxNative(b * log, Vector256.Create(-200d)), Vector256.Create(200d));
        Vector256<double> n = Vector256.Round(t);
        Vector256<double> z = (t - n) * Vector256.Create(0.69314718055994531);
        // e^z by its series: |z| ≤ ln 2 / 2, and what is left out is below 2⁻⁴².
        Vector256<double> q = Vector256.Create(1d / 3628800);
        q = Vector256.FusedMultiplyAdd(q, z, Vector256.Create(1d / 362880));
        q = Vector256.FusedMultiplyAdd(q, z, Vector256.Create(1d / 40320));
        q = Vector256.FusedMultiplyAdd(q, z, Vector256.Create(1d / 5040));
        q = Vector256.FusedMultiplyAdd(q, z, Vector256.Create(1d / 720));
        q = Vector256.FusedMultiplyAdd(q, z, Vector256.Create(1d / 120));
        q = Vector256.FusedMultiplyAdd(q, z, Vector256.Create(1d / 24));
        q = Vector256.FusedMultiplyAdd(q, z, Vector256.Create(1d / 6));
        q = Vector256.FusedMultiplyAdd(q, z, Vector256.Create(0.5));
        q = Vector256.FusedMultiplyAdd(q, z, Vector256<double>.One);
        q = Vector256.FusedMultiplyAdd(q, z, Vector256<double>.One);
        // n + 1.5·2⁵² has n in its low bits.
        Vector256<long> power = (n + Vector256.Create(6755399441055744d)).AsInt64() << 52;
        return (q.AsInt64() + power).AsDouble();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Vector256<float> OneByOne(Vector256<float> a, Vector256<float> b, Vector256<float> y, Vector256<float> done)
    {
        for (int i = 0; i < Lanes; i++)
        {
            if (done.AsInt32()[i] == 0)
            {
                y = y.WithElement(i, (float)Math.Pow(a[i], b[i]));
            }
        }

        return y;
    }
}
