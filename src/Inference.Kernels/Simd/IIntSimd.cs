namespace Inference.Kernels.Simd;

/// <summary>
/// What kernels on 8-bit and s32 numbers need beyond <see cref="ISimd{TVector}"/>: lanes of f32 from integers in memory, and back.
/// Each lane computes what <see cref="Simd1"/> computes, bit for bit.
/// </summary>
/// <typeparam name="TVector">The vector: <see cref="float"/> or a vector of them.</typeparam>
internal unsafe interface IIntSimd<TVector> : ISimd<TVector>
    where TVector : struct
{
    /// <summary>x − <paramref name="zero"/> of u8 or s8 x.</summary>
    static abstract TVector LoadBytes(byte* from, bool signed, int zero);

    /// <summary>x − <paramref name="zero"/> of s32 x, the difference modulo 2^32, rounded once.</summary>
    static abstract TVector LoadInts(int* from, int zero);

    /// <summary>Low bytes of x, rounded with halves to even, plus <paramref name="zero"/>; |x| is below 2^30.</summary>
    static abstract void StoreBytes(byte* to, TVector x, int zero);

    /// <summary>The first <paramref name="count"/> of them, 1 to Lanes.</summary>
    static abstract void StoreBytesPart(byte* to, TVector x, int zero, int count);

    /// <summary>The lowest byte of each lane's bits.</summary>
    static abstract void StoreLowBytes(byte* to, TVector x);

    /// <summary>x within [low, high]; a NaN in x gives low.</summary>
    static abstract TVector Clamp(TVector x, TVector low, TVector high);

    /// <summary>All bits set where a or b is a NaN.</summary>
    static abstract TVector Unordered(TVector a, TVector b);

    /// <summary>(code − <paramref name="zero"/>)·<paramref name="scale"/> of the 4-bit codes in Lanes bytes, rounded once: those of the low halves, and those of the high ones.</summary>
    static abstract void LoadHalves(byte* from, int zero, TVector scale, out TVector low, out TVector high);

    /// <summary>Fields of <paramref name="bits"/> bits, 4 or 8, of 32-bit words, from bit <paramref name="shift"/> on.</summary>
    static abstract TVector LoadFields(uint* from, int shift, int bits);
}
