using Inference.Kernels.Simd;

namespace Inference.Kernels.BlockQuantized;

/// <summary>Codes of one width, read in steps of two vectors.</summary>
internal unsafe interface ICodeForm
{
    /// <summary>4 or 8.</summary>
    static abstract int Bits { get; }

    /// <summary>The numbers of a step in the order of <see cref="Place"/>.</summary>
    static abstract void Load<S, V>(byte* codes, int zero, V scale, out V first, out V second)
        where S : struct, IIntSimd<V>
        where V : struct;

    /// <summary>Which element of a step, in the order of K, is number <paramref name="at"/> of <see cref="Load"/>, in steps of 2·<paramref name="lanes"/> elements.</summary>
    static abstract int Place(int at, int lanes);
}
