namespace Inference.Kernels.Convolution.Volumes;

/// <summary>
/// The outputs o = Phase + q·Stride of a transposed convolution along one axis: input q + Offset is multiplied by kernel position Last, and the inputs after it, <see cref="Dilation"/> apart, by the
/// positions <see cref="KernelStep"/> before it. So it is a convolution of stride 1.
/// </summary>
internal readonly record struct ConvolutionPhase
{
    /// <summary>Positions of the kernel that take part; 0: the outputs of the phase receive nothing.</summary>
    public int Count { get; }

    /// <summary>The kernel position of the first input.</summary>
    public int Last { get; }

    /// <summary>Distance of the kernel positions.</summary>
    public int KernelStep { get; }

    /// <summary>Distance of their inputs.</summary>
    public int Dilation { get; }

    /// <summary>The first input of output 0 of the phase; may be outside.</summary>
    public int Offset { get; }

    /// <summary>A phase of an axis.</summary>
    /// <param name="phase">0 to stride − 1.</param>
    /// <param name="kernel">Kernel positions.</param>
    /// <param name="stride">Distance of the inputs in the output.</param>
    /// <param name="dilation">Distance of kernel positions in the output.</param>
    /// <param name="before">What is cut off before the output.</param>
    public ConvolutionPhase(int phase, int kernel, int stride, int dilation, int before)
    {
        int common = Gcd(stride, dilation);
        KernelStep = stride / common;
        Dilation = dilation / common;
        for (int k = 0; k < kernel; k++)
        {
            if ((phase + before - ((long)k * dilation)) % stride == 0)
            {
                Count++;
                Last = k;
            }
        }

        Offset = (int)((phase + before - ((long)Last * dilation)) / stride);
    }

    /// <summary>How many outputs the phase has along an axis of <paramref name="output"/> places.</summary>
    public static int Outputs(int output, int phase, int stride) => output <= phase ? 0 : ((output - phase - 1) / stride) + 1;

    private static int Gcd(int a, int b) => b == 0 ? a : Gcd(b, a % b);
}
