using System.Runtime.CompilerServices;

namespace Inference.Operators.Typed;

/// <summary>Elements calculated in their own type.</summary>
internal readonly unsafe struct DirectElement<T> : IElement<T, T>
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Load(T value) => value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Store(T value) => value;

    public static void Load(T* from, T* to, int count) => new ReadOnlySpan<T>(from, count).CopyTo(new Span<T>(to, count));

    public static void Store(T* from, T* to, int count) => new ReadOnlySpan<T>(from, count).CopyTo(new Span<T>(to, count));
}
