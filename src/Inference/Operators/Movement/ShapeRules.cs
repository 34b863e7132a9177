using Inference.Operators.Views;

namespace Inference.Operators.Movement;

/// <summary>Arithmetic on shapes that may hold symbols, and the checks that shape rules share.</summary>
internal static class ShapeRules
{
    /// <summary>The highest rank a tensor may have here; keeps index arrays on the stack.</summary>
    public const int MaxRank = ShapeMath.MaxRank;

    /// <summary>The sum of two dimensions.</summary>
    public static Dimension Sum(Dimension a, Dimension b)
    {
        if (a.Size is { } x && b.Size is { } y)
        {
            return Dimension.Fixed(checked(x + y));
        }

        return a.Size == 0 ? b : b.Size == 0 ? a : Dimension.Unknown;
    }

    /// <summary>The integers of an input where all are known; null otherwise.</summary>
    public static long[]? Integers(InferContext context, int input)
    {
        if (!context.HasInput(input))
        {
            return null;
        }

        if (context.InputConstant(input) is { } constant)
        {
            return constant.ToInt64Array();
        }

        if (context.InputShapeData(input) is { } data)
        {
            var result = new long[data.Length];
            for (int i = 0; i < data.Length; i++)
            {
                if (data[i].Size is not { } size)
                {
                    return null;
                }

                result[i] = size;
            }

            return result;
        }

        return null;
    }

    /// <summary>The number of elements of an input of rank 1 where it is known; −1 otherwise.</summary>
    public static long Length(InferContext context, int input) =>
        context.InputShape(input) is { Length: 1 } shape && shape[0].Size is { } size ? size : context.InputShape(input) is { Length: 0 } ? 1 : -1;

    /// <summary>A shape of which only the rank is known.</summary>
    public static Dimension[] Unknown(InferContext context, long rank)
    {
        CheckRank(context, rank);
        return new Dimension[rank];
    }

    /// <summary>Checks the rank that an output would have.</summary>
    public static void CheckRank(InferContext context, long rank)
    {
        if (rank is < 0 or > MaxRank)
        {
            throw context.Error($"expected an output of rank 0 to {MaxRank}, got {rank}.");
        }
    }

    /// <summary>Checks how many elements an input of rank 1 has, where that is known.</summary>
    public static void RequireLength(InferContext context, int input, string name, long expected, string what)
    {
        if (context.HasInput(input) && Length(context, input) is >= 0 and { } length && length != expected)
        {
            throw context.Error($"{name}: expected {expected} values, {what}, got {length}.");
        }
    }

    /// <summary>Checks that axes are within a rank and distinct; returns them counted from the front.</summary>
    public static int[] DistinctAxes(InferContext context, ReadOnlySpan<long> axes, int rank)
    {
        var result = new int[axes.Length];
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = Shapes.Axis(context, axes[i], rank);
            if (Array.IndexOf(result, result[i], 0, i) >= 0)
            {
                throw context.Error($"axes: expected distinct axes, got {result[i]} twice.");
            }
        }

        return result;
    }

    /// <summary>Row-major strides, in elements.</summary>
    public static void Strides(ReadOnlySpan<long> dims, Span<long> strides)
    {
        long stride = 1;
        for (int i = dims.Length - 1; i >= 0; i--)
        {
            strides[i] = stride;
            stride *= dims[i];
        }
    }

    /// <summary>The product of dims[start..end].</summary>
    public static long Product(ReadOnlySpan<long> dims, int start, int end)
    {
        long product = 1;
        for (int i = start; i < end; i++)
        {
            product *= dims[i];
        }

        return product;
    }

    public static string Format(IReadOnlyList<Dimension>? shape) => shape is null ? "[...]" : $"[{string.Join(",", shape)}]";

    /// <summary>Checks that an input is int32 or int64, where its type is known.</summary>
    public static void RequireIndexType(InferContext context, int input, string name)
    {
        ElementType type = context.InputType(input);
        if (type is not (ElementType.Undefined or ElementType.Int64 or ElementType.Int32))
        {
            throw context.Error($"input {input} ({name}): expected int32 or int64, got {type.Name()}.");
        }
    }
}
