namespace Inference.Rewriting.Facts;

/// <summary>What is found of one value while the batch is followed: nothing that the file declares of it counts, since that may be out of date.</summary>
internal sealed class BatchFact
{
    /// <summary>The type with every dimension named or fixed (<see cref="BatchSizes"/>); null where nothing is known.</summary>
    public ModelValueType? Type { get; set; }

    /// <summary>Elements of a small integer tensor, unknown where they may be any number; null where nothing is known.</summary>
    public Dimension[]? Data { get; set; }

    /// <summary>The same elements, each of which also says whether it depends on the batch; null where there are no such elements.</summary>
    public Dimension[]? Sizes { get; set; }

    /// <summary>The axis whose slices each depend on one row, the batch's own or a joined one; see <see cref="BatchContext"/>.</summary>
    public int Axis { get; set; } = BatchContext.None;

    /// <summary>How that axis is joined of the batch and others; null where it is the batch's own.</summary>
    public BatchGroup? Group { get; set; }

    /// <summary>The elements of a small integer tensor as far as <see cref="BatchSizes"/> tells them apart, from what an operator told; null for other tensors.</summary>
    public static Dimension[]? SizesOf(ModelValueType? type, Dimension[]? data, Dimension unknown)
    {
        if (type is not { ElementType: ElementType.Int32 or ElementType.Int64, Shape: { Count: <= 1 } shape })
        {
            return null;
        }

        long? length = shape.Count == 0 ? 1 : shape[0].Size;
        if (length is not (>= 0 and <= ShapeMath.MaxShapeData) || (data is not null && data.Length != length))
        {
            return null;
        }

        var sizes = new Dimension[length.Value];
        for (int i = 0; i < sizes.Length; i++)
        {
            sizes[i] = data is null || (!data[i].IsFixed && data[i].Symbol is null) ? unknown : data[i];
        }

        return sizes;
    }
}
