using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;

namespace Inference.Operators.Typed;

/// <summary>Integers of 8 and 16 bits calculated in 32.</summary>
internal readonly unsafe struct WidenedElement<T> : IElement<T, int>
    where T : unmanaged, INumber<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Load(T value) => int.CreateTruncating(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Store(int value) => T.CreateTruncating(value);

    public static void Load(T* from, int* to, int count) => TensorPrimitives.ConvertTruncating(new ReadOnlySpan<T>(from, count), new Span<int>(to, count));

    public static void Store(int* from, T* to, int count) => TensorPrimitives.ConvertTruncating(new ReadOnlySpan<int>(from, count), new Span<T>(to, count));
}
