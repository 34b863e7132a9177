using System.Runtime.CompilerServices;

namespace Inference.Operators.Typed;

/// <summary>Elements calculated in their own type.</summary>
internal readonly struct DirectElement<T> : IElement<T, T>
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Load(T value) => value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Store(T value) => value;
}
