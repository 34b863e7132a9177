using System.Runtime.CompilerServices;
using Inference.Kernels.Simd;
using Inference.Kernels.Threading;

namespace Inference.Kernels.Gemm;

/// <summary>A row of the dot product inventory. Both bodies take (x, w, ldw, k, sums) and write sums[j] = Σ x[i]·w[j·ldw + i].</summary>
internal sealed unsafe class DotF32Kernel
{
    private DotF32Kernel(
        string name,
        IsaTier tier,
        bool supported,
        delegate*<float*, float*, nint, nint, float*, void> one,
        delegate*<float*, float*, nint, nint, float*, void> four,
        delegate*<float*, nint, float*, nint, nint, float*, void> twoByFour,
        delegate*<float*, nint, float*, nint, nint, float*, void> twoByTwo)
    {
        Name = name;
        Tier = tier;
        Supported = supported;
        One = one;
        Four = four;
        TwoByFour = twoByFour;
        TwoByTwo = twoByTwo;
    }

    public string Name { get; }

    public IsaTier Tier { get; }

    public bool Supported { get; }

    /// <summary>j &lt; 1.</summary>
    public delegate*<float*, float*, nint, nint, float*, void> One { get; }

    /// <summary>j &lt; 4.</summary>
    public delegate*<float*, float*, nint, nint, float*, void> Four { get; }

    /// <summary>(x, ldx, w, ldw, k, sums): sums[4·i + j] = x[i] · w[j] for two rows x and four w.</summary>
    public delegate*<float*, nint, float*, nint, nint, float*, void> TwoByFour { get; }

    /// <summary>(x, ldx, w, ldw, k, sums): sums[2·i + j] = x[i] · w[j] for two rows x and two w.</summary>
    public delegate*<float*, nint, float*, nint, nint, float*, void> TwoByTwo { get; }

    public static DotF32Kernel Of<S, V>(IsaTier tier)
        where S : struct, ISimd<V>
        where V : struct => new($"dot_f32_4x{SimdNames.Of(tier)}", tier, S.IsSupported, &Dot1<S, V>, &Dot4<S, V>, &Dot2x4<S, V>, &Dot2x2<S, V>);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Dot1<S, V>(float* x, float* w, nint ldw, nint k, float* sums)
        where S : struct, ISimd<V>
        where V : struct
    {
        LongLoop.Before(k);
        V s0 = S.Splat(0f);
        V s1 = s0;
        V s2 = s0;
        V s3 = s0;
        nint i = 0;
        for (; i <= k - (4 * S.Lanes); i += 4 * S.Lanes)
        {
            s0 = S.Fma(S.Load(x + i), S.Load(w + i), s0);
            s1 = S.Fma(S.Load(x + i + S.Lanes), S.Load(w + i + S.Lanes), s1);
            s2 = S.Fma(S.Load(x + i + (2 * S.Lanes)), S.Load(w + i + (2 * S.Lanes)), s2);
            s3 = S.Fma(S.Load(x + i + (3 * S.Lanes)), S.Load(w + i + (3 * S.Lanes)), s3);
        }

        for (; i <= k - S.Lanes; i += S.Lanes)
        {
            s0 = S.Fma(S.Load(x + i), S.Load(w + i), s0);
        }

        float sum = S.Sum(S.Add(S.Add(s0, s1), S.Add(s2, s3)));
        for (; i < k; i++)
        {
            sum = MathF.FusedMultiplyAdd(x[i], w[i], sum);
        }

        *sums = sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Dot4<S, V>(float* x, float* w0, nint ldw, nint k, float* sums)
        where S : struct, ISimd<V>
        where V : struct
    {
        LongLoop.Before(k);
        float* w1 = w0 + ldw;
        float* w2 = w1 + ldw;
        float* w3 = w2 + ldw;
        V s0 = S.Splat(0f);
        V s1 = s0;
        V s2 = s0;
        V s3 = s0;
        V t0 = s0;
        V t1 = s0;
        V t2 = s0;
        V t3 = s0;
        nint i = 0;
        for (; i <= k - (2 * S.Lanes); i += 2 * S.Lanes)
        {
            V a = S.Load(x + i);
            s0 = S.Fma(a, S.Load(w0 + i), s0);
            s1 = S.Fma(a, S.Load(w1 + i), s1);
            s2 = S.Fma(a, S.Load(w2 + i), s2);
            s3 = S.Fma(a, S.Load(w3 + i), s3);
            V b = S.Load(x + i + S.Lanes);
            t0 = S.Fma(b, S.Load(w0 + i + S.Lanes), t0);
            t1 = S.Fma(b, S.Load(w1 + i + S.Lanes), t1);
            t2 = S.Fma(b, S.Load(w2 + i + S.Lanes), t2);
            t3 = S.Fma(b, S.Load(w3 + i + S.Lanes), t3);
        }

        if (i <= k - S.Lanes)
        {
            V a = S.Load(x + i);
            s0 = S.Fma(a, S.Load(w0 + i), s0);
            s1 = S.Fma(a, S.Load(w1 + i), s1);
            s2 = S.Fma(a, S.Load(w2 + i), s2);
            s3 = S.Fma(a, S.Load(w3 + i), s3);
            i += S.Lanes;
        }

        float y0 = S.Sum(S.Add(s0, t0));
        float y1 = S.Sum(S.Add(s1, t1));
        float y2 = S.Sum(S.Add(s2, t2));
        float y3 = S.Sum(S.Add(s3, t3));
        for (; i < k; i++)
        {
            y0 = MathF.FusedMultiplyAdd(x[i], w0[i], y0);
            y1 = MathF.FusedMultiplyAdd(x[i], w1[i], y1);
            y2 = MathF.FusedMultiplyAdd(x[i], w2[i], y2);
            y3 = MathF.FusedMultiplyAdd(x[i], w3[i], y3);
        }

        sums[0] = y0;
        sums[1] = y1;
        sums[2] = y2;
        sums[3] = y3;
    }

    // Two rows by four: more products than loads.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Dot2x4<S, V>(float* x0, nint ldx, float* w0, nint ldw, nint k, float* sums)
        where S : struct, ISimd<V>
        where V : struct
    {
        LongLoop.Before(k);
        float* x1 = x0 + ldx;
        float* w1 = w0 + ldw;
        float* w2 = w1 + ldw;
        float* w3 = w2 + ldw;
        V s00 = S.Splat(0f);
        V s01 = s00;
        V s02 = s00;
        V s03 = s00;
        V s10 = s00;
        V s11 = s00;
        V s12 = s00;
        V s13 = s00;
        nint i = 0;
        for (; i <= k - S.Lanes; i += S.Lanes)
        {
            V a = S.Load(x0 + i);
            V b = S.Load(x1 + i);
            V v0 = S.Load(w0 + i);
            s00 = S.Fma(a, v0, s00);
            s10 = S.Fma(b, v0, s10);
            V v1 = S.Load(w1 + i);
            s01 = S.Fma(a, v1, s01);
            s11 = S.Fma(b, v1, s11);
            V v2 = S.Load(w2 + i);
            s02 = S.Fma(a, v2, s02);
            s12 = S.Fma(b, v2, s12);
            V v3 = S.Load(w3 + i);
            s03 = S.Fma(a, v3, s03);
            s13 = S.Fma(b, v3, s13);
        }

        int part = (int)(k - i);
        if (part > 0)
        {
            V a = S.LoadPart(x0 + i, part, 0f);
            V b = S.LoadPart(x1 + i, part, 0f);
            V v0 = S.LoadPart(w0 + i, part, 0f);
            s00 = S.Fma(a, v0, s00);
            s10 = S.Fma(b, v0, s10);
            V v1 = S.LoadPart(w1 + i, part, 0f);
            s01 = S.Fma(a, v1, s01);
            s11 = S.Fma(b, v1, s11);
            V v2 = S.LoadPart(w2 + i, part, 0f);
            s02 = S.Fma(a, v2, s02);
            s12 = S.Fma(b, v2, s12);
            V v3 = S.LoadPart(w3 + i, part, 0f);
            s03 = S.Fma(a, v3, s03);
            s13 = S.Fma(b, v3, s13);
        }

        sums[0] = S.Sum(s00);
        sums[1] = S.Sum(s01);
        sums[2] = S.Sum(s02);
        sums[3] = S.Sum(s03);
        sums[4] = S.Sum(s10);
        sums[5] = S.Sum(s11);
        sums[6] = S.Sum(s12);
        sums[7] = S.Sum(s13);
    }

    // Two rows by two: more products than loads.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Dot2x2<S, V>(float* x0, nint ldx, float* w0, nint ldw, nint k, float* sums)
        where S : struct, ISimd<V>
        where V : struct
    {
        LongLoop.Before(k);
        float* x1 = x0 + ldx;
        float* w1 = w0 + ldw;
        V s00 = S.Splat(0f);
        V s01 = s00;
        V s10 = s00;
        V s11 = s00;
        nint i = 0;
        for (; i <= k - S.Lanes; i += S.Lanes)
        {
            V a = S.Load(x0 + i);
            V b = S.Load(x1 + i);
            V v0 = S.Load(w0 + i);
            s00 = S.Fma(a, v0, s00);
            s10 = S.Fma(b, v0, s10);
            V v1 = S.Load(w1 + i);
            s01 = S.Fma(a, v1, s01);
            s11 = S.Fma(b, v1, s11);
        }

        int part = (int)(k - i);
        if (part > 0)
        {
            V a = S.LoadPart(x0 + i, part, 0f);
            V b = S.LoadPart(x1 + i, part, 0f);
            V v0 = S.LoadPart(w0 + i, part, 0f);
            s00 = S.Fma(a, v0, s00);
            s10 = S.Fma(b, v0, s10);
            V v1 = S.LoadPart(w1 + i, part, 0f);
            s01 = S.Fma(a, v1, s01);
            s11 = S.Fma(b, v1, s11);
        }

        sums[0] = S.Sum(s00);
        sums[1] = S.Sum(s01);
        sums[2] = S.Sum(s10);
        sums[3] = S.Sum(s11);
    }
}
