using Inference.Kernels.Convolution.Jobs;
using Inference.Kernels.Memory;

namespace Inference.Kernels.Convolution.Volumes;

/// <summary>
/// Output planes [planes, OH, OW, O] as sums of 2-D convolutions of input planes [depth, H, W, C]: the convolution of each kernel position along the depth is added to those output planes whose
/// input plane is inside. Planes that follow each other are a batch, so weights are read once for all of them.
/// </summary>
internal readonly unsafe ref struct PlaneSums
{
    /// <summary>Input planes, channels last.</summary>
    public required float* X { get; init; }

    public required int Depth { get; init; }

    public required int Height { get; init; }

    public required int Width { get; init; }

    /// <summary>Planes between the inputs of neighbouring outputs.</summary>
    public required int Step { get; init; }

    /// <summary>Output planes, channels last.</summary>
    public required float* Y { get; init; }

    public required int Planes { get; init; }

    /// <summary>Height of an output plane.</summary>
    public required int OutHeight { get; init; }

    /// <summary>Width of an output plane.</summary>
    public required int OutWidth { get; init; }

    /// <summary>[O], or null.</summary>
    public required float* Bias { get; init; }

    public required int MaxThreads { get; init; }

    /// <summary>Computes all output planes.</summary>
    /// <param name="convolutions">A convolution of each kernel position, at least one; all have one geometry, whose padding below and on the right does not matter.</param>
    /// <param name="offsets">The input plane of output plane 0 for each kernel position; may be outside.</param>
    public void Run(ReadOnlySpan<ConvolutionF32> convolutions, ReadOnlySpan<int> offsets)
    {
        // The position that reaches most planes begins; the others are added to what it leaves.
        int first = 0;
        int most = 0;
        for (int i = 0; i < convolutions.Length; i++)
        {
            Range(offsets[i], out int from, out int end);
            if (end - from > most)
            {
                first = i;
                most = end - from;
            }
        }

        for (int i = 0; i < convolutions.Length; i++)
        {
            int at = i == 0 ? first : i <= first ? i - 1 : i;
            Range(offsets[at], out int from, out int end);
            if (i == 0)
            {
                Fill(convolutions[at], 0, from);
                Fill(convolutions[at], end, Planes);
            }

            if (end > from)
            {
                Add(convolutions[at], offsets[at], from, end, begins: i == 0);
            }
        }
    }

    // Output planes whose input plane is inside.
    private void Range(int offset, out int from, out int end)
    {
        from = Math.Clamp(offset >= 0 ? 0 : (-offset + Step - 1) / Step, 0, Planes);
        end = Math.Clamp(Depth <= offset ? 0 : ((Depth - offset - 1) / Step) + 1, from, Planes);
    }

    private nint OutputPlane(ConvolutionF32 convolution) => (nint)OutHeight * OutWidth * convolution.Geometry.OutChannels;

    private void Fill(ConvolutionF32 convolution, int from, int end)
    {
        if (end > from)
        {
            BiasRows.Fill(Y + (from * OutputPlane(convolution)), (end - from) * (nint)OutHeight * OutWidth, convolution.Geometry.OutChannels, Bias);
        }
    }

    private void Add(ConvolutionF32 convolution, int offset, int from, int end, bool begins)
    {
        nint inPlane = (nint)Height * Width * convolution.Geometry.InChannels;
        float* y = Y + (from * OutputPlane(convolution));
        ConvolutionEpilogue epilogue = default;
        epilogue.Bias = begins ? Bias : null;
        epilogue.Residual = begins ? null : y;
        float* x = X + (((from * (nint)Step) + offset) * inPlane);
        if (Step == 1)
        {
            convolution.Run(x, y, end - from, Height, Width, OutHeight, OutWidth, in epilogue, MaxThreads);
            return;
        }

        using var planes = new AlignedScratch<float>((end - from) * inPlane);
        for (int i = 0; i < end - from; i++)
        {
            LargeBlocks.Copy(x + (i * Step * inPlane), planes.Pointer + (i * inPlane), inPlane * sizeof(float));
        }

        convolution.Run(planes.Pointer, y, end - from, Height, Width, OutHeight, OutWidth, in epilogue, MaxThreads);
    }
}
