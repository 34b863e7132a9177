namespace Inference.Kernels.Windows;

/// <summary>
/// The sizes of a 2-D convolution that its weights fix: output pixel (y, x) reads input pixel
/// (y·StrideHeight − PadTop + i·DilationHeight, x·StrideWidth − PadLeft + j·DilationWidth) for kernel position (i, j); zero
/// outside the image. A 1-D convolution has height 1. Source: ONNX Conv, opset 11.
/// </summary>
internal readonly record struct ConvolutionGeometry
{
    /// <summary>C, input channels; a multiple of <see cref="Groups"/>.</summary>
    public required int InChannels { get; init; }

    /// <summary>O, output channels; a multiple of <see cref="Groups"/>.</summary>
    public required int OutChannels { get; init; }

    /// <summary>Kernel height, 1 or more.</summary>
    public required int KernelHeight { get; init; }

    /// <summary>Kernel width, 1 or more.</summary>
    public required int KernelWidth { get; init; }

    /// <summary>Groups, 1 or more; default 1.</summary>
    public int Groups { get; init; } = 1;

    /// <summary>Vertical step, pixels; default 1.</summary>
    public int StrideHeight { get; init; } = 1;

    /// <summary>Horizontal step, pixels; default 1.</summary>
    public int StrideWidth { get; init; } = 1;

    /// <summary>Vertical distance of kernel positions, pixels; default 1.</summary>
    public int DilationHeight { get; init; } = 1;

    /// <summary>Horizontal distance of kernel positions, pixels; default 1.</summary>
    public int DilationWidth { get; init; } = 1;

    /// <summary>Padding above, pixels.</summary>
    public int PadTop { get; init; }

    /// <summary>Padding on the left, pixels.</summary>
    public int PadLeft { get; init; }

    /// <summary>Padding below, pixels.</summary>
    public int PadBottom { get; init; }

    /// <summary>Padding on the right, pixels.</summary>
    public int PadRight { get; init; }

    /// <summary>Makes a geometry with stride, dilation and groups of 1 and no padding.</summary>
    public ConvolutionGeometry()
    {
    }

    internal int Taps => KernelHeight * KernelWidth;

    internal int GroupInChannels => InChannels / Groups;

    internal int GroupOutChannels => OutChannels / Groups;

    internal bool IsDepthwise => Groups > 1 && Groups == InChannels && Groups == OutChannels;

    internal bool IsPointwise => Taps == 1 && StrideHeight == 1 && StrideWidth == 1
        && (PadTop | PadLeft | PadBottom | PadRight) == 0;

    /// <summary>Rows of the output for an input of <paramref name="height"/> rows; 0 if the kernel does not fit.</summary>
    /// <param name="height">Input height, pixels.</param>
    public int OutputHeight(int height) => Output(height + PadTop + PadBottom, KernelHeight, StrideHeight, DilationHeight);

    /// <summary>Columns of the output for an input of <paramref name="width"/> columns; 0 if the kernel does not fit.</summary>
    /// <param name="width">Input width, pixels.</param>
    public int OutputWidth(int width) => Output(width + PadLeft + PadRight, KernelWidth, StrideWidth, DilationWidth);

    /// <summary>
    /// The same convolution without the kernel's outer rows and columns that meet padding at every pixel of images of one size; strongly dilated kernels have such. Padding may become negative: then
    /// windows begin inside the image.
    /// </summary>
    /// <param name="height">Input height, pixels.</param>
    /// <param name="width">Input width, pixels.</param>
    /// <param name="firstRow">The kernel row that becomes row 0.</param>
    /// <param name="firstColumn">The kernel column that becomes column 0.</param>
    public ConvolutionGeometry Trim(int height, int width, out int firstRow, out int firstColumn)
    {
        (firstRow, int rows, int top, int bottom) = Trim(height, OutputHeight(height), KernelHeight, StrideHeight, DilationHeight, PadTop, PadBottom);
        (firstColumn, int columns, int left, int right) = Trim(width, OutputWidth(width), KernelWidth, StrideWidth, DilationWidth, PadLeft, PadRight);
        return this with { KernelHeight = rows, KernelWidth = columns, PadTop = top, PadBottom = bottom, PadLeft = left, PadRight = right };
    }

    private static (int First, int Count, int Before, int After) Trim(int size, int outputs, int kernel, int stride, int dilation, int before, int after)
    {
        int first = 0;
        int end = kernel;
        if (outputs > 0)
        {
            while (first < end - 1 && ((outputs - 1) * stride) - before + (first * dilation) < 0)
            {
                first++;
            }

            while (end > first + 1 && ((end - 1) * dilation) - before >= size)
            {
                end--;
            }
        }

        return (first, end - first, before - (first * dilation), after - ((kernel - end) * dilation));
    }

    internal void Validate()
    {
        if (Groups < 1 || InChannels < 1 || OutChannels < 1 || InChannels % Groups != 0 || OutChannels % Groups != 0
            || KernelHeight < 1 || KernelWidth < 1 || StrideHeight < 1 || StrideWidth < 1 || DilationHeight < 1 || DilationWidth < 1)
        {
            throw new ArgumentException(
                $"Expected positive sizes and channels divisible by the groups, got {this}. Check the convolution's attributes.");
        }
    }

    private static int Output(int padded, int kernel, int stride, int dilation)
    {
        int extent = ((kernel - 1) * dilation) + 1;
        return padded < extent ? 0 : ((padded - extent) / stride) + 1;
    }
}
