namespace Inference.Operators.Convolution;

/// <summary>Windows over up to <see cref="MaxSpatial"/> spatial axes with fixed sizes. Fewer axes are told as leading axes of size 1.</summary>
internal unsafe struct WindowGrid
{
    // Twice the axes of a video; keeps positions on the stack.
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

    /// <summary>Whether the plane, which has elements, is the one window.</summary>
    public readonly bool IsWhole
    {
        get
        {
            bool whole = InputCount > 0 && OutputCount == 1;
            for (int axis = 0; axis < Rank; axis++)
            {
                whole &= Kernel[axis] == Input[axis] && Dilation[axis] == 1 && (Before[axis] | After[axis]) == 0;
            }

            return whole;
        }
    }

    /// <summary>The grid of an input [N, C, spatial..] and a kernel; <paramref name="output"/> are the stated output sizes.</summary>
    public static WindowGrid Create(WindowAttributes attributes, ReadOnlySpan<long> input, ReadOnlySpan<long> kernel, ReadOnlySpan<long> output)
    {
        if (input.Length == 0)
        {
            return Whole(input);
        }

        var grid = new WindowGrid { Rank = input.Length, InputCount = 1, OutputCount = 1, KernelCount = 1 };
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

    /// <summary>One window that is the whole plane.</summary>
    public static WindowGrid Whole(ReadOnlySpan<long> input)
    {
        var grid = new WindowGrid { Rank = Math.Max(1, input.Length), InputCount = 1, OutputCount = 1, KernelCount = 1 };
        grid.Input[0] = grid.Kernel[0] = 1;
        for (int i = 0; i < grid.Rank; i++)
        {
            grid.Output[i] = grid.Stride[i] = grid.Dilation[i] = 1;
        }

        for (int i = 0; i < input.Length; i++)
        {
            grid.Input[i] = grid.Kernel[i] = input[i];
            grid.InputCount *= input[i];
            grid.KernelCount *= input[i];
        }

        return grid;
    }

    /// <summary>The grid of the reverse way: windows over the axes of <paramref name="windows"/> are added into the image [image..].</summary>
    /// <param name="attributes">Strides and dilations.</param>
    /// <param name="image">Sizes of the image.</param>
    /// <param name="kernel">Sizes of a window.</param>
    /// <param name="windows">Windows along each axis.</param>
    /// <param name="before">Pads before each axis.</param>
    public static WindowGrid Reverse(WindowAttributes attributes, ReadOnlySpan<long> image, ReadOnlySpan<long> kernel, ReadOnlySpan<long> windows, ReadOnlySpan<long> before)
    {
        var grid = new WindowGrid { Rank = image.Length, InputCount = 1, OutputCount = 1, KernelCount = 1 };
        for (int i = 0; i < image.Length; i++)
        {
            grid.Input[i] = image[i];
            grid.Output[i] = windows[i];
            grid.Kernel[i] = kernel[i];
            grid.Stride[i] = attributes.Stride(i);
            grid.Dilation[i] = attributes.Dilation(i);
            grid.Before[i] = before[i];
            grid.InputCount *= image[i];
            grid.OutputCount *= windows[i];
            grid.KernelCount *= kernel[i];
        }

        return grid;
    }

    /// <summary>Whether each window is one element of the input, in order.</summary>
    public readonly bool IsPointwise
    {
        get
        {
            bool result = KernelCount == 1 && InputCount == OutputCount;
            for (int i = 0; i < Rank; i++)
            {
                result &= Stride[i] == 1 && Before[i] == 0;
            }

            return result;
        }
    }

    /// <summary>Of one spatial axis: the windows of as many inputs, stacked along an axis before it.</summary>
    public readonly WindowGrid Stacked(long count)
    {
        WindowGrid grid = this;
        grid.Rank = 2;
        grid.Input[1] = Input[0];
        grid.Output[1] = Output[0];
        grid.Kernel[1] = Kernel[0];
        grid.Stride[1] = Stride[0];
        grid.Dilation[1] = Dilation[0];
        grid.Before[1] = Before[0];
        grid.After[1] = After[0];
        grid.Input[0] = grid.Output[0] = count;
        grid.Kernel[0] = grid.Stride[0] = grid.Dilation[0] = 1;
        grid.Before[0] = grid.After[0] = 0;
        grid.InputCount *= count;
        grid.OutputCount *= count;
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

    /// <summary>Kernel steps along an axis that lie inside the input and its pads, for a window that starts at <paramref name="start"/>.</summary>
    public readonly long Padded(int axis, long start)
    {
        long end = Input[axis] + After[axis];
        long steps = (end - start + Dilation[axis] - 1) / Dilation[axis];
        return Math.Clamp(steps, 0, Kernel[axis]);
    }
}
