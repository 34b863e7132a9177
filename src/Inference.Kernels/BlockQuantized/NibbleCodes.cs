using System.Runtime.CompilerServices;
using Inference.Kernels.Simd;

namespace Inference.Kernels.BlockQuantized;

/// <summary>Two codes in each byte, the low half first; a step loads the low halves of its bytes before the high ones.</summary>
internal readonly unsafe struct NibbleCodes : ICodeForm
{
    public static int Bits => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load<S, V>(byte* codes, int zero, V scale, out V first, out V second)
        where S : struct, IIntSimd<V>
        where V : struct => S.LoadHalves(codes, zero, scale, out first, out second);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Place(int at, int lanes) => at < lanes ? 2 * at : (2 * (at - lanes)) + 1;
}
