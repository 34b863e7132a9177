namespace Inference.Operators.ControlFlow;

/// <summary>Types that hold whichever way control goes.</summary>
internal static class SubgraphTypes
{
    /// <summary>What is true of a value that is of one type or of the other; null where nothing is.</summary>
    public static ModelValueType? Either(ModelValueType? a, ModelValueType? b)
    {
        if (a is null || b is null || a.Kind != b.Kind)
        {
            return null;
        }

        if (a.Kind != ModelValueKind.Tensor)
        {
            return a with { Element = Either(a.Element, b.Element) ?? a.Element ?? b.Element };
        }

        if (a.ElementType != b.ElementType)
        {
            return null;
        }

        return a with { Shape = Either(a.Shape, b.Shape) };
    }

    /// <summary>The shape under a new leading dimension.</summary>
    public static ModelValueType? Stacked(ModelValueType? item, Dimension count, int axis = 0)
    {
        if (item is not { Kind: ModelValueKind.Tensor })
        {
            return null;
        }

        if (item.Shape is null || axis > item.Shape.Count)
        {
            return item with { Shape = null };
        }

        var shape = new List<Dimension>(item.Shape);
        shape.Insert(axis, count);
        return item with { Shape = shape.ToArray() };
    }

    private static Dimension[]? Either(IReadOnlyList<Dimension>? a, IReadOnlyList<Dimension>? b)
    {
        if (a is null || b is null || a.Count != b.Count)
        {
            return null;
        }

        var result = new Dimension[a.Count];
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = a[i] == b[i] ? a[i] : Dimension.Unknown;
        }

        return result;
    }
}
