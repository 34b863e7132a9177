using System.Runtime.CompilerServices;

namespace Inference.Operators.Movement;

/// <summary>Reads numeric tensors as 64-bit integers (fractions cut off), without allocating.</summary>
internal static unsafe class Integers
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long At(Tensor tensor, long index) => (ulong)index >= (ulong)tensor.Count ? throw Beyond(tensor, index) : tensor.Type switch
    {
        ElementType.Int64 => ((long*)tensor.Data)[index],
        ElementType.Int32 => ((int*)tensor.Data)[index],
        _ => AtOther(tensor, index),
    };

    /// <summary>Copies all elements; the target is long enough.</summary>
    public static void Read(Tensor tensor, Span<long> target)
    {
        for (int i = 0; i < target.Length; i++)
        {
            target[i] = At(tensor, i);
        }
    }

    private static long AtOther(Tensor tensor, long index) => tensor.Type switch
    {
        ElementType.Int16 => ((short*)tensor.Data)[index],
        ElementType.Int8 => ((sbyte*)tensor.Data)[index],
        ElementType.UInt64 => (long)((ulong*)tensor.Data)[index],
        ElementType.UInt32 => ((uint*)tensor.Data)[index],
        ElementType.UInt16 => ((ushort*)tensor.Data)[index],
        ElementType.UInt8 or ElementType.Bool => tensor.Data[index],
        ElementType.Float32 => (long)((float*)tensor.Data)[index],
        ElementType.Float64 => (long)((double*)tensor.Data)[index],
        ElementType.Float16 => (long)(float)((Half*)tensor.Data)[index],
        ElementType.BFloat16 => (long)(float)((BFloat16*)tensor.Data)[index],
        _ => throw new InvalidInputException($"Expected integers, got a {tensor.Type.Name()} tensor."),
    };

    private static InvalidInputException Beyond(Tensor tensor, long index) => new($"Element {index} of {tensor} does not exist: expected more elements. Check the shapes of the inputs.");
}
