using System.Runtime.CompilerServices;
using Inference.Kernels.Conversion;

namespace Inference.Operators.Typed;

/// <summary>float16 calculated in float, rounded half to even.</summary>
internal readonly unsafe struct HalfElement : IElement<Half, float>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Load(Half value) => (float)value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Half Store(float value) => (Half)value;

    public static void Load(Half* from, float* to, int count) => FloatConversion.HalfToSingle(from, to, count);

    public static void Store(float* from, Half* to, int count) => FloatConversion.SingleToHalf(from, to, count);
}
