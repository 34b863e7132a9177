using System.Runtime.CompilerServices;
using Inference.Kernels.Conversion;

namespace Inference.Operators.Typed;

/// <summary>bfloat16 calculated in float, rounded half to even.</summary>
internal readonly unsafe struct BFloat16Element : IElement<BFloat16, float>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Load(BFloat16 value) => (float)value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BFloat16 Store(float value) => (BFloat16)value;

    public static void Load(BFloat16* from, float* to, int count) => FloatConversion.BFloat16ToSingle((ushort*)from, to, count);

    public static void Store(float* from, BFloat16* to, int count) => FloatConversion.SingleToBFloat16(from, (ushort*)to, count);
}
