namespace Inference.Operators.Rules;

/// <summary>Conversions between fixed shapes, declared dimensions and shape data.</summary>
internal static class ShapeMath
{
    /// <summary>The highest rank a tensor may have here; keeps index arrays on the stack.</summary>
    public const int MaxRank = 64;

    // Pads have two numbers for each axis of the highest rank; as much again is room to spare.
    /// <summary>Longest small integer tensor whose elements are tracked.</summary>
    public const int MaxShapeData = 4 * MaxRank;

    /// <summary>Longest such tensor that is computed from others: as long as a shape may be.</summary>
    public const int MaxComputedData = MaxRank;

    public static Dimension[] ToDimensions(ReadOnlySpan<long> dims)
    {
        var result = new Dimension[dims.Length];
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = Dimension.Fixed(dims[i]);
        }

        return result;
    }

    // What no address space holds, whatever the element type: products beyond it would overflow as bytes.
    private const long MaxCount = long.MaxValue / 32;

    /// <summary>The shape in numbers; null where a dimension is not fixed.</summary>
    /// <exception cref="InferenceException">No memory holds as many elements.</exception>
    public static long[]? ToFixed(IReadOnlyList<Dimension>? shape)
    {
        if (shape is null)
        {
            return null;
        }

        var result = new long[shape.Count];
        for (int i = 0; i < result.Length; i++)
        {
            if (shape[i].Size is not { } size)
            {
                return null;
            }

            result[i] = size;
        }

        return TensorShape.Count(result) <= MaxCount ? result
            : throw new InvalidInputException($"A tensor of shape {TensorShape.Format(result)} was requested: expected a shape that fits in memory. Check the sizes that the model computes.");
    }

    /// <summary>The elements of a small integer tensor; null for other tensors. Negative elements are not sizes: they are unknown here, so read constants for them.</summary>
    public static Dimension[]? DataOf(Tensor tensor)
    {
        if (tensor.Rank > 1 || tensor.Count > MaxShapeData || tensor.Type is not (ElementType.Int64 or ElementType.Int32))
        {
            return null;
        }

        long[] numbers = tensor.ToInt64Array();
        var result = new Dimension[numbers.Length];
        for (int i = 0; i < numbers.Length; i++)
        {
            result[i] = numbers[i] >= 0 ? Dimension.Fixed(numbers[i]) : Dimension.Unknown;
        }

        return result;
    }

    /// <summary>A small integer tensor of which every element is known; null where one is not.</summary>
    public static Tensor? ToTensor(ElementType type, long[]? dims, Dimension[]? data)
    {
        if (type is not (ElementType.Int64 or ElementType.Int32) || dims is not { Length: <= 1 } || data is null
            || TensorShape.Count(dims) != data.Length || !Array.TrueForAll(data, d => d.IsFixed && (type == ElementType.Int64 || d.Size <= int.MaxValue)))
        {
            return null;
        }

        Tensor tensor = Tensor.Allocate(type, dims);
        for (int i = 0; i < data.Length; i++)
        {
            if (type == ElementType.Int64)
            {
                tensor.Span<long>()[i] = data[i].Size!.Value;
            }
            else
            {
                tensor.Span<int>()[i] = (int)data[i].Size!.Value;
            }
        }

        return tensor;
    }

    /// <summary>Whether two declared dimensions can be the same size.</summary>
    public static bool Compatible(Dimension a, Dimension b) => a.Size is not { } x || b.Size is not { } y || x == y;
}
