namespace Inference.Operators.Typed;

/// <summary>Reads single elements of any numeric type.</summary>
internal static unsafe class Scalars
{
    /// <summary>Element <paramref name="index"/> as a double.</summary>
    public static double ToDouble(Tensor tensor, long index = 0) => (ulong)index >= (ulong)tensor.Count ? throw Beyond(tensor, index) : tensor.Type switch
    {
        ElementType.Float32 => ((float*)tensor.Data)[index],
        ElementType.Float64 => ((double*)tensor.Data)[index],
        ElementType.Float16 => (double)((Half*)tensor.Data)[index],
        ElementType.BFloat16 => (float)((BFloat16*)tensor.Data)[index],
        ElementType.Int8 => ((sbyte*)tensor.Data)[index],
        ElementType.Int16 => ((short*)tensor.Data)[index],
        ElementType.Int32 => ((int*)tensor.Data)[index],
        ElementType.Int64 => ((long*)tensor.Data)[index],
        ElementType.UInt8 or ElementType.Bool => tensor.Data[index],
        ElementType.UInt16 => ((ushort*)tensor.Data)[index],
        ElementType.UInt32 => ((uint*)tensor.Data)[index],
        ElementType.UInt64 => ((ulong*)tensor.Data)[index],
        ElementType.Float8E4M3FN or ElementType.Float8E4M3FNUZ or ElementType.Float8E5M2 or ElementType.Float8E5M2FNUZ or ElementType.Float8E8M0 =>
            SmallFloats.Decode(tensor.Type, tensor.Data[index]),
        ElementType.Int4 or ElementType.UInt4 or ElementType.Int2 or ElementType.UInt2 or ElementType.Float4E2M1 =>
            PackedElements.GetSingle(tensor.Type, tensor.Bytes, index),
        _ => throw new InferenceException($"Expected a number, got a {tensor.Type.Name()} tensor."),
    };

    /// <summary>Element <paramref name="index"/> of an integer tensor.</summary>
    public static long ToInt64(Tensor tensor, long index = 0) => (ulong)index >= (ulong)tensor.Count ? throw Beyond(tensor, index) : tensor.Type switch
    {
        ElementType.Int64 => ((long*)tensor.Data)[index],
        ElementType.Int32 => ((int*)tensor.Data)[index],
        ElementType.Int16 => ((short*)tensor.Data)[index],
        ElementType.Int8 => ((sbyte*)tensor.Data)[index],
        ElementType.UInt64 => (long)((ulong*)tensor.Data)[index],
        ElementType.UInt32 => ((uint*)tensor.Data)[index],
        ElementType.UInt16 => ((ushort*)tensor.Data)[index],
        ElementType.UInt8 or ElementType.Bool => tensor.Data[index],
        ElementType.Int4 or ElementType.UInt4 or ElementType.Int2 or ElementType.UInt2 => PackedElements.GetInt32(tensor.Type, tensor.Bytes, index),
        _ => throw new InferenceException($"Expected an integer, got a {tensor.Type.Name()} tensor."),
    };

    private static InvalidInputException Beyond(Tensor tensor, long index) => new($"Element {index} of {tensor} does not exist: expected more elements. Check the shapes of the inputs.");
}
