namespace Inference.Operators.Convolution;

/// <summary>Windows over up to <see cref="MaxSpatial"/> spatial axes with fixed sizes. Fewer axes are told as leading axes of size 1.</summary>
internal unsafe struct WindowGrid
{
    public const int MaxSpatial = 6;

    public fixed long Input[MaxSpatial];
    public fixed long Output[MaxSpatial];
    public fixed long Kernel[MaxSpatial];
    public fixed long Stride[MaxSpatial];
    public fixed long Dilation[MaxSpatial];
    public fixed long Before[MaxSpatial];
    public fixed long After[MaxSpatial];

    /// <summary>Spatial axes, ≥ 1.</summary>
    public int Rank;

    public long InputCount;
    public long OutputCount;
    public long KernelCount;

    /// <summary>The grid of an input [N, C, spatial..] and a kernel; <paramref name="output"/> are the stated output sizes.</summary>
    public static WindowGrid Create(WindowAttributes attributes, ReadOnlySpan<long> input, ReadOnlySpan<long> kernel, ReadOnlySpan<long> output)
    {
        var grid = new WindowGrid { Rank = Math.Max(1, input.Length), InputCount = 1, OutputCount = 1, KernelCount = 1 };
        if (input.Length == 0)
        {
            grid.Input[0] = grid.Output[0] = grid.Kernel[0] = grid.Stride[0] = grid.Dilation[0] = 1;
            return grid;
        }

        for (int i = 0; i < input.Length; i++)
        {
            grid.Input[i] = input[i];
            grid.Kernel[i] = kernel[i];
            grid.Stride[i] = attributes.Stride(i);
            grid.Dilation[i] = attributes.Dilation(i);
            attributes.Resolve(i, input.Length, input[i], kernel[i], out long before, out long after);
            grid.Before[i] = before;
            grid.After[i] = after;
            grid.Output[i] = output[i];
            grid.InputCount *= input[i];
            grid.OutputCount *= output[i];
            grid.KernelCount *= kernel[i];
        }

        return grid;
    }

    /// <summary>The first kernel step along an axis that lies inside the input, and one past the last, for the window at <paramref name="output"/>.</summary>
    public readonly void Range(int axis, long output, out long start, out long from, out long to)
    {
        start = output * Stride[axis] - Before[axis];
        from = start >= 0 ? 0 : (-start + Dilation[axis] - 1) / Dilation[axis];
        long room = Input[axis] - start;
        to = room <= 0 ? 0 : Math.Min(Kernel[axis], (room + Dilation[axis] - 1) / Dilation[axis]);
        from = Math.Min(from, to);
    }
}
