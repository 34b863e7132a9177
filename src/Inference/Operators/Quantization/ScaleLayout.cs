namespace Inference.Operators.Quantization;

/// <summary>
/// Which scale belongs to which element: one for all, one for each index along an axis, or one for each block of <c>block_size</c> along it. The tensor is
/// [Outer, Length, Inner]; element (o, a, i) has scale <c>Index(o, a)</c> + i·<see cref="InnerStride"/>.
/// </summary>
internal readonly struct ScaleLayout
{
    private readonly long _blocks;
    private readonly long _blockSize;
    private readonly bool _blocked;
    private readonly bool _single;
    private readonly bool _dense;

    private ScaleLayout(long length, long inner, long blockSize, bool single)
    {
        // The scales of a last axis lie beside its elements: a run of them is one of the loop.
        _dense = inner == 1 && blockSize == 0 && !single;
        (length, inner) = _dense ? (1, length) : (length, inner);
        Length = length;
        Inner = inner;
        _single = single;
        _blocked = blockSize > 0;
        _blockSize = Math.Max(1, blockSize);
        _blocks = (length + _blockSize - 1) / _blockSize;
    }

    public long Length { get; }

    public long Inner { get; }

    /// <summary>1 where each inner position has its own scale, 0 where a run shares one.</summary>
    public long InnerStride => (_blocked && Inner != 1) || _dense ? 1 : 0;

    /// <summary>The layout of scales of a shape for a tensor of a shape.</summary>
    public static ScaleLayout Create(ReadOnlySpan<long> dims, ReadOnlySpan<long> scale, long axis, long blockSize)
    {
        if (TensorShape.Count(scale) == 1 && blockSize == 0)
        {
            return new(1, TensorShape.Count(dims), 0, single: true);
        }

        int at = Shapes.Axis(axis, dims.Length);
        long inner = TensorShape.Count(dims[(at + 1)..]);
        return new(dims[at], inner, blockSize, single: false);
    }

    /// <summary>The index of an element's scale, and how many elements from it on, one or more, share it or have those that follow it.</summary>
    /// <param name="element">Row-major index of the element.</param>
    /// <param name="run">Elements to the end of the run.</param>
    public long Scale(long element, out long run)
    {
        if (_blocked && Inner == 1)
        {
            // Blocks of a last axis: the elements of each follow each other.
            long along = element % Length;
            run = Math.Min(_blockSize - (along % _blockSize), Length - along);
            return Index(element / Length, along);
        }

        long row = element / Inner;
        long within = element - (row * Inner);
        run = Inner - within;
        return Index(row / Length, row % Length) + (within * InnerStride);
    }

    /// <summary>The same for the element after a run that <see cref="Scale"/> or this method gave to its end, whose scale had index <paramref name="index"/>.</summary>
    /// <param name="element">Row-major index of the element.</param>
    /// <param name="index">Index of the scale of the run before it.</param>
    /// <param name="run">Elements to the end of the run.</param>
    public long ScaleAfter(long element, long index, out long run)
    {
        if (_blocked || _single || _dense)
        {
            return Scale(element, out run);
        }

        run = Inner;
        return index + 1 == Length ? 0 : index + 1;
    }

    private long Index(long outer, long along) =>
        _single || _dense ? 0 : _blocked ? (outer * _blocks + along / _blockSize) * Inner : along;

    /// <summary>The attribute <c>block_size</c>; 0 for none.</summary>
    public static long ReadBlockSize(Node node) => node.Attributes.Int("block_size", 0) is var size and >= 0 and <= int.MaxValue ? size
        : throw new ModelLoadException($"{node.Describe()}: attribute 'block_size': expected 0 to {int.MaxValue}, got {node.Attributes.Int("block_size", 0)}.");

    /// <summary>Checks the shapes of scale and zero point against the tensor's.</summary>
    public static void Check(InferContext context, long axis, long blockSize)
    {
        if (context.InputShape(1) is { } scales && context.InputShape(2) is { } zeros && Shapes.Product(zeros).Size != 1)
        {
            Shapes.RequireShape(context, 2, scales);
        }

        if (context.InputShape(0) is not { } x || context.InputShape(1) is not { } scale)
        {
            return;
        }

        if (blockSize > 0)
        {
            int at = Shapes.Axis(context, axis, x.Length);
            bool fits = scale.Length == x.Length;
            for (int i = 0; fits && i < x.Length; i++)
            {
                if (x[i].Size is { } size && scale[i].Size is { } own)
                {
                    fits = own == (i == at ? (size + blockSize - 1) / blockSize : size);
                }
            }

            if (!fits)
            {
                throw context.Error($"input 1: expected one scale for each block of {blockSize} along axis {axis} of [{string.Join(",", x)}], got [{string.Join(",", scale)}].");
            }

            return;
        }

        if (Shapes.Product(scale).Size is { } count && count != 1)
        {
            int at = Shapes.Axis(context, axis, x.Length);
            if (scale.Length != 1 || (x[at].Size is { } size && size != count))
            {
                throw context.Error($"input 1: expected one scale, or one for each index along axis {axis} of [{string.Join(",", x)}], got [{string.Join(",", scale)}].");
            }
        }
    }
}
