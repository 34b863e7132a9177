using System.Runtime.CompilerServices;

namespace Inference.Operators.Typed;

/// <summary>bfloat16 calculated in float, rounded half to even.</summary>
internal readonly struct BFloat16Element : IElement<BFloat16, float>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Load(BFloat16 value) => (float)value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BFloat16 Store(float value) => (BFloat16)value;
}
