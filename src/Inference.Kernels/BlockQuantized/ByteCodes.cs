using System.Runtime.CompilerServices;
using Inference.Kernels.Simd;

namespace Inference.Kernels.BlockQuantized;

/// <summary>A code in each byte.</summary>
internal readonly unsafe struct ByteCodes : ICodeForm
{
    public static int Bits => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load<S, V>(byte* codes, int zero, V scale, out V first, out V second)
        where S : struct, IIntSimd<V>
        where V : struct
    {
        first = S.Mul(S.LoadBytes(codes, false, zero), scale);
        second = S.Mul(S.LoadBytes(codes + S.Lanes, false, zero), scale);
    }

    public static int Place(int at, int lanes) => at;
}
