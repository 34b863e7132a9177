using Inference.Graph;

namespace Inference.Operators.Structure;

/// <summary>Arithmetic on shapes that may hold symbols, and the checks that shape rules share.</summary>
internal static class ShapeRules
{
    /// <summary>The highest rank a tensor may have here; keeps index arrays on the stack.</summary>
    public const int MaxRank = 64;

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
    public static Dimension[] Unknown(long rank)
    {
        CheckRank(rank);
        return new Dimension[rank];
    }

    public static void CheckRank(long rank)
    {
        if (rank is < 0 or > MaxRank)
        {
            throw new ModelLoadException($"A tensor of rank {rank} was asked for; the highest rank is {MaxRank}.");
        }
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
