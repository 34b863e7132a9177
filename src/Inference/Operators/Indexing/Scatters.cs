using System.Numerics;
using System.Runtime.CompilerServices;
using Inference.Operators.Typed;

namespace Inference.Operators.Indexing;

/// <summary>The updates: an element is replaced, or reduced with its update.</summary>
internal static class Scatters
{
    internal readonly struct Replace<T> : IScatter<T>
    {
        public static bool HasVector => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply(T old, T update) => update;

        public static Vector<T> Apply(Vector<T> old, Vector<T> update) => update;
    }

    internal readonly struct Add<E, T, C> : IScatter<T>
        where E : struct, IElement<T, C>
        where T : unmanaged
        where C : unmanaged, INumber<C>
    {
        public static bool HasVector => typeof(T) == typeof(C);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply(T old, T update) => E.Store(E.Load(old) + E.Load(update));

        public static Vector<T> Apply(Vector<T> old, Vector<T> update) => old + update;
    }

    internal readonly struct Mul<E, T, C> : IScatter<T>
        where E : struct, IElement<T, C>
        where T : unmanaged
        where C : unmanaged, INumber<C>
    {
        public static bool HasVector => typeof(T) == typeof(C);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply(T old, T update) => E.Store(E.Load(old) * E.Load(update));

        public static Vector<T> Apply(Vector<T> old, Vector<T> update) => old * update;
    }

    internal readonly struct Max<E, T, C> : IScatter<T>
        where E : struct, IElement<T, C>
        where T : unmanaged
        where C : unmanaged, INumber<C>
    {
        public static bool HasVector => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply(T old, T update) => E.Store(C.Max(E.Load(old), E.Load(update)));

        public static Vector<T> Apply(Vector<T> old, Vector<T> update) => throw new NotSupportedException();
    }

    internal readonly struct Min<E, T, C> : IScatter<T>
        where E : struct, IElement<T, C>
        where T : unmanaged
        where C : unmanaged, INumber<C>
    {
        public static bool HasVector => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply(T old, T update) => E.Store(C.Min(E.Load(old), E.Load(update)));

        public static Vector<T> Apply(Vector<T> old, Vector<T> update) => throw new NotSupportedException();
    }
}
