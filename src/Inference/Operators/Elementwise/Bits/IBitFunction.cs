using System.Numerics;

namespace Inference.Operators.Elementwise.Bits;

/// <summary>A function of two bit patterns.</summary>
internal interface IBitFunction
{
    T Apply<T>(T a, T b)
        where T : unmanaged, IBinaryInteger<T>;
}
