using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Inference.Kernels.Simd;

/// <summary>Asks for memory that is needed soon.</summary>
internal static unsafe class Prefetch
{
    /// <summary>Bytes that one call asks for.</summary>
    public const int LineBytes = 64;

    /// <summary>Asks for a line to be brought into the second-level cache; does nothing where there is no such instruction. Any address is allowed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Line(byte* at)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch1(at);
        }
    }
}
