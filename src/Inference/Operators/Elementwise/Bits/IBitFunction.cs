using System.Numerics;

namespace Inference.Operators.Elementwise.Bits;

/// <summary>A function of two bit patterns.</summary>
internal interface IBitFunction
{
    static abstract T Apply<T>(T a, T b)
        where T : unmanaged, IBinaryInteger<T>;

    /// <summary>The same lane by lane.</summary>
    static abstract Vector<T> Vector<T>(Vector<T> a, Vector<T> b)
        where T : unmanaged, IBinaryInteger<T>;
}
