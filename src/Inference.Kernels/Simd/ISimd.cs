namespace Inference.Kernels.Simd;

/// <summary>
/// Arithmetic on a vector of f32 lanes, so that one body serves every width. Each lane computes what <see cref="Simd1"/>
/// computes, bit for bit, except where noted.
/// </summary>
/// <typeparam name="TVector">The vector: <see cref="float"/> or a vector of them.</typeparam>
internal unsafe interface ISimd<TVector>
    where TVector : struct
{
    /// <summary>Whether this process has the instructions.</summary>
    static abstract bool IsSupported { get; }

    /// <summary>Number of lanes.</summary>
    static abstract int Lanes { get; }

    static abstract TVector Load(float* from);

    static abstract void Store(float* to, TVector x);

    /// <summary>The first <paramref name="count"/> lanes, 1 to Lanes, from memory, the others as given; no other memory is touched.</summary>
    static abstract TVector LoadPart(float* from, int count, float other);

    /// <summary>Stores the first <paramref name="count"/> lanes, 1 to Lanes.</summary>
    static abstract void StorePart(float* to, TVector x, int count);

    static abstract TVector Splat(float x);

    static abstract TVector Add(TVector a, TVector b);

    static abstract TVector Sub(TVector a, TVector b);

    static abstract TVector Mul(TVector a, TVector b);

    static abstract TVector Div(TVector a, TVector b);

    /// <summary>a·b + c with one rounding; with two on WebAssembly, which has no instruction for one.</summary>
    static abstract TVector Fma(TVector a, TVector b, TVector c);

    /// <summary>a·b + c with one rounding everywhere.</summary>
    static abstract TVector Fused(TVector a, TVector b, TVector c);

    /// <summary>a &lt; b ? a : b on x86, so a NaN in b stays; on Arm a NaN in either stays.</summary>
    static abstract TVector Min(TVector a, TVector b);

    /// <summary>a &gt; b ? a : b on x86, so a NaN in b stays; on Arm a NaN in either stays.</summary>
    static abstract TVector Max(TVector a, TVector b);

    static abstract TVector Sqrt(TVector x);

    static abstract TVector Abs(TVector x);

    static abstract TVector Neg(TVector x);

    /// <summary>To the nearest integer, halves to even.</summary>
    static abstract TVector Round(TVector x);

    static abstract TVector Floor(TVector x);

    static abstract TVector Ceiling(TVector x);

    static abstract TVector Truncate(TVector x);

    /// <summary>All bits set where a &lt; b.</summary>
    static abstract TVector LessThan(TVector a, TVector b);

    /// <summary>All bits set where a = b.</summary>
    static abstract TVector Equal(TVector a, TVector b);

    /// <summary>a where the mask's bits are set, else b.</summary>
    static abstract TVector Select(TVector mask, TVector a, TVector b);

    static abstract TVector And(TVector a, TVector b);

    static abstract TVector Or(TVector a, TVector b);

    /// <summary>2^n for integral n in [−126, 127]; undefined elsewhere.</summary>
    static abstract TVector PowerOfTwo(TVector n);

    /// <summary>x·2^n, rounded once, for x in [½, 2) and integral n in [−160, 130]; undefined elsewhere.</summary>
    static abstract TVector Scale(TVector x, TVector n);

    /// <summary>e of a positive normal x = m·2^e with m in [1, 2).</summary>
    static abstract TVector Exponent(TVector x);

    /// <summary>m of a positive normal x = m·2^e with m in [1, 2).</summary>
    static abstract TVector Mantissa(TVector x);

    /// <summary>Whether a bit is set.</summary>
    static abstract bool Any(TVector mask);

    /// <summary>Lane i of the result is lane lanes[i] of x.</summary>
    static abstract TVector Pick(TVector x, int* lanes);

    /// <summary>Lanes 0, 2, 4 … of a, then those of b.</summary>
    static abstract TVector Evens(TVector a, TVector b);

    /// <summary>Sum of the lanes; the order depends on the width.</summary>
    static abstract float Sum(TVector x);

    static abstract float MaxAcross(TVector x);

    static abstract float MinAcross(TVector x);
}
