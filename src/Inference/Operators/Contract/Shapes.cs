using Inference.Operators.Typed;

namespace Inference.Operators.Contract;

/// <summary>Shape rules that many operators share.</summary>
internal static class Shapes
{
    // More than any machine holds, and still countable in bytes.
    private const double MaxElements = 1L << 50;

    /// <summary>Dimensions of fixed sizes.</summary>
    public static Dimension[] Fixed(params ReadOnlySpan<long> sizes)
    {
        var dims = new Dimension[sizes.Length];
        for (int i = 0; i < dims.Length; i++)
        {
            dims[i] = Dimension.Fixed(sizes[i]);
        }

        return dims;
    }

    /// <summary>As many unknown dimensions as the rank.</summary>
    public static Dimension[] Unknown(int rank) => new Dimension[rank];

    /// <summary>The sizes where all are fixed; null otherwise.</summary>
    public static long[]? Sizes(Dimension[]? shape)
    {
        if (shape is null)
        {
            return null;
        }

        var sizes = new long[shape.Length];
        for (int i = 0; i < sizes.Length; i++)
        {
            if (shape[i].Size is not { } size)
            {
                return null;
            }

            sizes[i] = size;
        }

        return sizes;
    }

    /// <summary>The product of the dimensions; unknown where one is not fixed, unless one is 0.</summary>
    public static Dimension Product(ReadOnlySpan<Dimension> dims)
    {
        if (dims.Length == 1)
        {
            return dims[0];
        }

        long product = 1;
        Dimension? symbol = null;
        int symbols = 0;
        foreach (Dimension dim in dims)
        {
            if (dim.Size is { } size)
            {
                bool zero = product == 0 || size == 0;
                product = zero ? 0 : Math.BigMul(product, size, out long low) == 0 && low >= 0 ? low : throw TooLarge(dims);
            }
            else
            {
                symbols++;
                symbol = dim;
            }
        }

        return product == 0 || symbols == 0 ? Dimension.Fixed(product) : symbols == 1 && product == 1 ? symbol!.Value : Dimension.Unknown;
    }

    private static ModelLoadException TooLarge(ReadOnlySpan<Dimension> dims) =>
        new($"Dimensions [{string.Join(",", dims.ToArray())}] were multiplied: expected a product that fits in 64 bits. Use smaller sizes.");

    /// <summary>An axis counted from the front.</summary>
    /// <exception cref="ModelLoadException">The axis is out of range.</exception>
    public static int Axis(InferContext context, long axis, int rank)
    {
        if (axis < -rank || axis >= rank)
        {
            throw context.Error($"expected an axis in [{-rank}, {rank - 1}] for rank {rank}, got {axis}.");
        }

        return (int)(axis < 0 ? axis + rank : axis);
    }

    /// <summary>An axis counted from the front that comes as data.</summary>
    /// <exception cref="InvalidInputException">The axis is out of range.</exception>
    public static int Axis(KernelContext context, long axis, int rank)
    {
        if (axis < -rank || axis >= rank)
        {
            throw context.Error($"expected an axis in [{-rank}, {rank - 1}] for rank {rank}, got {axis}.");
        }

        return (int)(axis < 0 ? axis + rank : axis);
    }

    /// <summary>An axis counted from the front, at run time: <see cref="Operator.Infer"/> has checked it.</summary>
    public static int Axis(long axis, int rank) => (int)(axis < 0 ? axis + rank : axis);

    /// <summary>Checks an input's type; types that are not known pass.</summary>
    public static ElementType RequireType(InferContext context, int index, TypeSet allowed)
    {
        ElementType type = context.InputType(index);
        if (type != ElementType.Undefined && !allowed.Contains(type))
        {
            throw context.Error($"input {index}: expected one of {allowed}, got {type.Name()}. Cast the input.");
        }

        return type;
    }

    /// <summary>Checks that inputs have types of a set; types that are not known pass.</summary>
    public static void RequireTypes(InferContext context, TypeSet allowed, params ReadOnlySpan<int> indexes)
    {
        foreach (int index in indexes)
        {
            RequireType(context, index, allowed);
        }
    }

    /// <summary>Checks that two inputs have one type where both are known.</summary>
    public static void RequireSameType(InferContext context, int first, int second)
    {
        ElementType a = context.InputType(first);
        ElementType b = context.InputType(second);
        if (a != b && a != ElementType.Undefined && b != ElementType.Undefined && context.HasInput(second))
        {
            throw context.Error($"input {second}: expected {a.Name()}, the type of input {first}, got {b.Name()}. Cast one of them.");
        }
    }

    /// <summary>The shape of an input of a required rank; null where it is not known.</summary>
    public static Dimension[]? RequireRank(InferContext context, int index, int rank)
    {
        Dimension[]? shape = context.InputShape(index);
        if (shape is not null && shape.Length != rank)
        {
            throw context.Error($"input {index}: expected rank {rank}, got shape [{string.Join(",", shape)}].");
        }

        return shape;
    }

    /// <summary>The shape of an input of at least a rank; null where it is not known.</summary>
    public static Dimension[]? RequireRankAtLeast(InferContext context, int index, int rank)
    {
        Dimension[]? shape = context.InputShape(index);
        if (shape is not null && shape.Length < rank)
        {
            throw context.Error($"input {index}: expected rank {rank} or more, got shape [{string.Join(",", shape)}].");
        }

        return shape;
    }

    /// <summary>Checks the shape of an input that is there: its rank, and each dimension where both are fixed.</summary>
    public static void RequireShape(InferContext context, int index, params ReadOnlySpan<Dimension> expected)
    {
        if (!context.HasInput(index) || context.InputShape(index) is not { } shape)
        {
            return;
        }

        bool good = shape.Length == expected.Length;
        for (int i = 0; good && i < shape.Length; i++)
        {
            good = !shape[i].IsFixed || !expected[i].IsFixed || shape[i] == expected[i];
        }

        if (!good)
        {
            throw context.Error($"input {index}: expected shape [{string.Join(",", expected.ToArray())}], got [{string.Join(",", shape)}].");
        }
    }

    /// <summary>Checks that memory could hold intermediate values of a shape, as far as its sizes are known: their number then fits 64 bits, in bytes too.</summary>
    public static void RequireHoldable(InferContext context, string what, params ReadOnlySpan<Dimension> dims)
    {
        double count = 1;
        foreach (Dimension dim in dims)
        {
            count *= dim.Size ?? 1;
        }

        if (count > MaxElements)
        {
            throw context.Error($"{what}: expected sizes that fit in memory, got [{string.Join(",", dims.ToArray())}].");
        }
    }

    /// <summary>Checks that an input that is there broadcasts to a shape without widening it.</summary>
    public static void RequireBroadcast(InferContext context, int index, Dimension[] target)
    {
        if (!context.HasInput(index) || context.InputShape(index) is not { } shape)
        {
            return;
        }

        bool good = shape.Length <= target.Length;
        for (int i = 1; good && i <= shape.Length; i++)
        {
            good = !shape[^i].IsFixed || shape[^i].Size == 1 || !target[^i].IsFixed || shape[^i] == target[^i];
        }

        if (!good)
        {
            throw context.Error($"input {index}: expected a shape that broadcasts to [{string.Join(",", target)}], got [{string.Join(",", shape)}].");
        }
    }

    /// <summary>One dimension that two values must share: the more exact of both.</summary>
    public static Dimension Merge(InferContext context, Dimension a, Dimension b, string what)
    {
        if (a.Size is { } x && b.Size is { } y)
        {
            return x == y ? a : throw context.Error($"{what}: expected equal sizes, got {x} and {y}.");
        }

        return a.IsFixed || (a.Symbol is not null && !b.IsFixed) ? a : b;
    }

    /// <summary>The shape that both broadcast to (numpy's rule); null where a rank is not known.</summary>
    public static Dimension[]? Broadcast(InferContext context, Dimension[]? a, Dimension[]? b)
    {
        if (a is null || b is null)
        {
            return null;
        }

        var result = new Dimension[Math.Max(a.Length, b.Length)];
        for (int i = 1; i <= result.Length; i++)
        {
            Dimension x = i <= a.Length ? a[^i] : Dimension.Fixed(1);
            Dimension y = i <= b.Length ? b[^i] : Dimension.Fixed(1);
            result[^i] = Broadcast(x, y) ?? throw context.Error($"expected shapes that can be broadcast, got [{string.Join(",", a)}] and [{string.Join(",", b)}].");
        }

        return result;
    }

    private static Dimension? Broadcast(Dimension x, Dimension y)
    {
        if (x.Size == 1)
        {
            return y;
        }

        if (y.Size == 1 || x == y && (x.IsFixed || x.Symbol is not null))
        {
            return x;
        }

        if (x.IsFixed && y.IsFixed)
        {
            return null;
        }

        return x.IsFixed ? x : y.IsFixed ? y : SymbolForms.Broadcast(x, y);
    }
}
