namespace Inference.Kernels.Convolution.Volumes;

/// <summary>The first of a convolution's three spatial axes; the other two are a <see cref="Windows.ConvolutionGeometry"/>. Output plane p reads input plane p·Stride − Before + i·Dilation.</summary>
/// <param name="Kernel">Kernel positions, 1 or more.</param>
/// <param name="Stride">Step, planes.</param>
/// <param name="Dilation">Distance of kernel positions, planes.</param>
/// <param name="Before">Padding before the first plane.</param>
/// <param name="After">Padding after the last plane.</param>
internal readonly record struct DepthAxis(int Kernel, int Stride, int Dilation, int Before, int After)
{
    /// <summary>An axis of one plane, which a 2-D convolution does not have.</summary>
    public static DepthAxis None { get; } = new(1, 1, 1, 0, 0);

    /// <summary>Planes of the output for an input of <paramref name="depth"/> planes; 0 if the kernel does not fit.</summary>
    public int Output(int depth)
    {
        int padded = depth + Before + After;
        int extent = ((Kernel - 1) * Dilation) + 1;
        return padded < extent ? 0 : ((padded - extent) / Stride) + 1;
    }
}
