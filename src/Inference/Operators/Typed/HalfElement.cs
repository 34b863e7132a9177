using System.Runtime.CompilerServices;

namespace Inference.Operators.Typed;

/// <summary>float16 calculated in float, rounded half to even.</summary>
internal readonly struct HalfElement : IElement<Half, float>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Load(Half value) => (float)value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Half Store(float value) => (Half)value;
}
