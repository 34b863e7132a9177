namespace Inference.Kernels.Simd;

/// <summary>
/// Arithmetic on a vector of s32 lanes, each of which may hold a pair of s16 instead. Zips work within parts of 128 bits; the orders of
/// zips are those in which two vectors zipped from 2·Lanes numbers hold them.
/// </summary>
/// <typeparam name="TVector">A vector of <see cref="int"/>.</typeparam>
internal unsafe interface IPairSimd<TVector>
    where TVector : struct
{
    /// <summary>Whether this process has the instructions.</summary>
    static abstract bool IsSupported { get; }

    /// <summary>Number of s32 lanes.</summary>
    static abstract int Lanes { get; }

    static abstract TVector Load(int* from);

    static abstract void Store(int* to, TVector x);

    static abstract TVector Add(TVector a, TVector b);

    /// <summary>2·Lanes numbers of s16 from u8 or s8.</summary>
    static abstract TVector Widen(byte* from, bool signed);

    /// <summary>a0 b0 a1 b1 … of the s16 in the lower half of each part.</summary>
    static abstract TVector ZipLow(TVector a, TVector b);

    /// <summary>The same of the upper half.</summary>
    static abstract TVector ZipHigh(TVector a, TVector b);

    /// <summary>a0·b0 + a1·b1 of each pair, exact.</summary>
    static abstract TVector Dot(TVector a, TVector b);

    /// <summary>The elements of the pairs <paramref name="first"/>, <paramref name="second"/> that correspond to <see cref="ZipLow"/>.</summary>
    static abstract TVector ToLow(TVector first, TVector second);

    /// <summary>The elements that correspond to <see cref="ZipHigh"/>.</summary>
    static abstract TVector ToHigh(TVector first, TVector second);

    /// <summary>The first Lanes results in order, of those that go with the zips.</summary>
    static abstract TVector First(TVector low, TVector high);

    /// <summary>The Lanes results after them.</summary>
    static abstract TVector Second(TVector low, TVector high);
}
