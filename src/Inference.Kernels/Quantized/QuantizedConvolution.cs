using Inference.Kernels.Convolution;
using Inference.Kernels.Gemm;
using Inference.Kernels.Memory;
using Inference.Kernels.Quantized.Results;
using Inference.Kernels.Quantized.Tiles;
using Inference.Kernels.Threading;
using Inference.Kernels.Transposition;
using Inference.Kernels.Windows;

namespace Inference.Kernels.Quantized;

/// <summary>
/// A 2-D convolution of u8 or s8 images with constant s8 or u8 weights in s32 arithmetic, with an epilogue; padding holds the
/// input's zero point. Works on [N,H,W,C]; [N,C,H,W] images are transposed on the way in and out. The integers are the same on
/// every instruction set. Immutable; any number of threads may run it. Source: ONNX QLinearConv, opset 10.
/// </summary>
internal sealed unsafe class QuantizedConvolution : IDisposable
{
    private readonly QuantizedMatrix[] _groups;
    private readonly QuantizedDepthwise? _depthwise;
    private readonly WindowRuns _runs;

    private QuantizedConvolution(in ConvolutionGeometry geometry, QuantizedMatrix[] groups, QuantizedDepthwise? depthwise, WindowRuns runs)
    {
        Geometry = geometry;
        _groups = groups;
        _depthwise = depthwise;
        _runs = runs;
    }

    /// <summary>The sizes it was made for.</summary>
    public ConvolutionGeometry Geometry { get; }

    /// <summary>Packs the weights.</summary>
    /// <param name="geometry">Sizes.</param>
    /// <param name="weights">[O, C/groups, KH, KW].</param>
    /// <param name="signed">Whether weights are s8 rather than u8.</param>
    /// <param name="zeroPoints">None, one, or one for each output channel.</param>
    /// <returns>The convolution; the caller owns it.</returns>
    /// <exception cref="ArgumentException">The sizes are inconsistent, or the number of zero points is not 0, 1 or O.</exception>
    public static QuantizedConvolution Create(in ConvolutionGeometry geometry, byte* weights, bool signed, ReadOnlySpan<int> zeroPoints) =>
        Create(in geometry, weights, signed, zeroPoints, GemmS32Kernels.Best);

    internal static QuantizedConvolution Create(
        in ConvolutionGeometry geometry, byte* weights, bool signed, ReadOnlySpan<int> zeroPoints, GemmS32Kernel kernel)
    {
        geometry.Validate();
        if (zeroPoints.Length > 1 && zeroPoints.Length != geometry.OutChannels)
        {
            throw new ArgumentException(
                $"Expected 0, 1 or {geometry.OutChannels} zero points, got {zeroPoints.Length}. Pass one for each output channel.", nameof(zeroPoints));
        }

        if (geometry.IsDepthwise)
        {
            return new QuantizedConvolution(in geometry, [], new QuantizedDepthwise(in geometry, weights, signed, zeroPoints), default);
        }

        WindowRuns runs = WindowRuns.Choose(in geometry, signed, zeroPoints, kernel.ValuesPerStep);
        nint depth = (nint)runs.Count * runs.Stored;
        int taps = geometry.Taps * geometry.GroupInChannels;
        var groups = new QuantizedMatrix[geometry.Groups];
        using var ordered = new AlignedScratch<byte>(depth * geometry.GroupOutChannels);
        using var filter = new AlignedScratch<byte>(taps);
        // What fills a run up to whole steps weighs nothing.
        ordered.Span.Fill(signed ? (byte)0 : (byte)128);
        for (int group = 0; group < groups.Length; group++)
        {
            byte* from = weights + ((nint)group * geometry.GroupOutChannels * taps);
            for (int o = 0; o < geometry.GroupOutChannels; o++, from += taps)
            {
                // [C,KH·KW] → [KH·KW,C]: the order in which tiles walk an [N,H,W,C] image.
                Transpose.Run2D(from, filter.Pointer, geometry.GroupInChannels, geometry.Taps, 1);
                for (int run = 0; run < runs.Count; run++)
                {
                    Buffer.MemoryCopy(filter.Pointer + (run * runs.Length), ordered.Pointer + (o * depth) + (run * runs.Stored), runs.Length, runs.Length);
                }
            }

            ReadOnlySpan<int> zeros = zeroPoints.Length <= 1 ? zeroPoints
                : zeroPoints.Slice(group * geometry.GroupOutChannels, geometry.GroupOutChannels);
            groups[group] = QuantizedMatrix.Create(
                ordered.Pointer, signed, depth, depth, geometry.GroupOutChannels, zeros, true, kernel);
        }

        return new QuantizedConvolution(in geometry, groups, null, runs);
    }

    /// <summary>Runs the convolution.</summary>
    /// <param name="x">Input in <paramref name="layout"/>.</param>
    /// <param name="signedX">Whether the input is s8 rather than u8.</param>
    /// <param name="zeroPoint">Zero point of the input.</param>
    /// <param name="y">Output in <paramref name="layout"/>, of the epilogue's type; must not overlap <paramref name="x"/>.</param>
    /// <param name="layout">Layout of input and output.</param>
    /// <param name="batch">Images.</param>
    /// <param name="height">Input height, pixels.</param>
    /// <param name="width">Input width, pixels.</param>
    /// <param name="epilogue">What to do with the accumulators; a "column" is an output channel. RowScale must be null.</param>
    /// <param name="maxThreads">The most threads to use.</param>
    public void Run(
        byte* x, bool signedX, int zeroPoint, void* y, TensorLayout layout, int batch, int height, int width, in QuantizedEpilogue epilogue,
        int maxThreads = 1)
    {
        ConvolutionGeometry g = Geometry;
        nint inPixels = (nint)height * width;
        nint outPixels = (nint)g.OutputHeight(height) * g.OutputWidth(width);
        KernelAssert.NotNegative(batch);
        KernelAssert.NotNegative(height);
        KernelAssert.NotNegative(width);
        KernelAssert.Run(x, batch * inPixels * g.InChannels);
        KernelAssert.Run((byte*)y, batch * outPixels * g.OutChannels);
        KernelAssert.Run(epilogue.Scale, epilogue.Output == QuantizedOutput.Int32 ? 0 : 1);
        KernelAssert.Apart(x, batch * inPixels * g.InChannels, y, batch * outPixels * g.OutChannels);
        if (batch == 0 || outPixels == 0)
        {
            return;
        }

        if (layout == TensorLayout.Nhwc)
        {
            RunNhwc(x, signedX, zeroPoint, (byte*)y, batch, height, width, in epilogue, maxThreads);
        }
        else
        {
            int size = epilogue.Output is QuantizedOutput.Int8 or QuantizedOutput.UInt8 ? 1 : 4;
            using var input = new AlignedScratch<byte>(batch * inPixels * g.InChannels);
            using var output = new AlignedScratch<byte>(batch * outPixels * g.OutChannels * size);
            for (int n = 0; n < batch; n++)
            {
                Transpose.Run2D(x + (n * inPixels * g.InChannels), input.Pointer + (n * inPixels * g.InChannels), g.InChannels, inPixels, 1);
            }

            RunNhwc(input.Pointer, signedX, zeroPoint, output.Pointer, batch, height, width, in epilogue, maxThreads);
            for (int n = 0; n < batch; n++)
            {
                nint offset = n * outPixels * g.OutChannels * size;
                Transpose.Run2D(output.Pointer + offset, (byte*)y + offset, outPixels, g.OutChannels, size);
            }
        }

        GC.KeepAlive(this);
    }

    /// <summary>Frees the packed weights. No call may use the convolution any more.</summary>
    public void Dispose()
    {
        foreach (QuantizedMatrix group in _groups)
        {
            group.Dispose();
        }

        _depthwise?.Dispose();
    }

    private void RunNhwc(
        byte* x, bool signedX, int zeroPoint, byte* y, int batch, int height, int width, in QuantizedEpilogue epilogue, int maxThreads)
    {
        ConvolutionGeometry g = Geometry;
        if (_depthwise is not null)
        {
            _depthwise.Run(x, signedX, zeroPoint, y, batch, height, width, in epilogue, maxThreads);
            return;
        }

        nint pixels = (nint)batch * g.OutputHeight(height) * g.OutputWidth(width);
        if (g.IsPointwise && g.Groups == 1)
        {
            QuantizedGemm.Run(x, signedX, g.InChannels, zeroPoint, _groups[0], y, g.OutChannels, pixels, in epilogue, maxThreads);
            if (epilogue.Table != null)
            {
                ByteTable.Run(y, y, pixels * g.OutChannels, epilogue.Table);
            }

            return;
        }

        GemmS32Kernel kernel = _groups[0].Kernel;
        int zero = zeroPoint + (signedX ? 128 : 0);
        var image = new PaddedImage(in g, batch, height, width, kernel.ValuesPerStep);
        // An image of u8 whole steps without padding is already what tiles read.
        bool asIs = kernel.ValuesPerStep == 4 && !signedX && (g.PadTop | g.PadLeft | g.PadBottom | g.PadRight) == 0 && _runs.Stored == _runs.Length;
        using var padded = new AlignedScratch<byte>(_runs.InPlace && !asIs ? image.ByteLength : 0);
        if (_runs.InPlace && !asIs)
        {
            image.Fill(in g, x, signedX, zero, padded.Pointer);
            x = padded.Pointer;
        }

        using var padding = new AlignedScratch<byte>(g.InChannels);
        padding.Span.Fill((byte)zeroPoint);
        var job = new QuantizedConvolutionJob(in g, in image, in _runs, x, y, in epilogue)
        {
            SignedX = signedX,
            ZeroPoint = zero,
            Padding = padding.Pointer,
        };
        foreach (QuantizedMatrix matrix in _groups)
        {
            long work = (long)pixels * matrix.Rows * matrix.Columns / 4;
            int blocks = maxThreads > 1 && work >= GemmF32Driver.ParallelWork ? (int)nint.Min(WorkerPool.BlocksPerThread * maxThreads, (pixels + TileLimits.S32Rows - 1) / TileLimits.S32Rows) : 1;
            job.Select(matrix, blocks);
            WorkerPool.Run(blocks, &QuantizedConvolutionJob.RunBlock, &job, maxThreads);
            job.NextGroup();
        }
    }
}
