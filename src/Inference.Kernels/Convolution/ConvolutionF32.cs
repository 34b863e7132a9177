using Inference.Kernels.Convolution.Depthwise;
using Inference.Kernels.Convolution.Images;
using Inference.Kernels.Convolution.Jobs;
using Inference.Kernels.Convolution.Winograd;
using Inference.Kernels.Gemm;
using Inference.Kernels.Gemm.Tiles;
using Inference.Kernels.Memory;
using Inference.Kernels.Transposition;
using Inference.Kernels.Windows;

namespace Inference.Kernels.Convolution;

/// <summary>
/// A 2-D f32 convolution with constant weights, prepacked for one layout:
/// x[N,C,H,W] or [N,H,W,C] → y[N,O,OH,OW] or [N,OH,OW,O]. Sums are fused multiply-adds in a fixed order, so the error is that
/// of a naive sum; weights and images may be rounded to bf16, as in <see cref="GemmBf16"/> (see <c>direct</c> of <see cref="Create(in ConvolutionGeometry, ReadOnlySpan{float}, TensorLayout, bool)"/> for the exception). Immutable; any number of threads may run it. Dispose it when no call uses it.
/// </summary>
internal sealed unsafe class ConvolutionF32 : IDisposable
{
    private readonly NativeBuffer _weights;
    private readonly GemmF32Kernel _kernel;
    private readonly Method _method;

    private ConvolutionF32(in ConvolutionGeometry geometry, TensorLayout layout, GemmF32Kernel kernel, float* weights, bool direct)
    {
        Geometry = geometry;
        Layout = layout;
        _kernel = kernel;
        int depth = geometry.Taps * geometry.GroupInChannels;
        // Packing windows copies C·taps values a pixel, transposing in and out C + O: worth it unless the kernel is 1×1.
        bool transpose = geometry.Groups == 1 && geometry.Taps > 1 && geometry.InChannels >= WindowRows.MinTableChannels;
        _method = (layout, geometry.IsDepthwise) switch
        {
            (TensorLayout.Nchw, true) => Method.NchwDepthwise,
            (TensorLayout.Nchw, false) => transpose ? Method.Nhwc : Method.Nchw,
            (_, true) => Method.NhwcDepthwise,
            _ when NhwcGroupedF32.Suits(in geometry, kernel) => Method.NhwcGrouped,
            (TensorLayout.Nhwc, _) when FewOutputsF32.Suits(in geometry) => Method.NhwcFewOutputs,
            _ => Method.Nhwc,
        };
        if (!direct && !kernel.Pairs && WinogradF32.Suits(in geometry) && geometry.OutChannels % kernel.Lanes == 0)
        {
            _method = Method.Winograd;
            _weights = WinogradF32.PackWeights(in geometry, kernel, weights);
        }
        else if (_method == Method.Nhwc)
        {
            _weights = ConvolutionWeights.PackPanels(in geometry, kernel, weights);
        }
        else if (_method == Method.NhwcGrouped)
        {
            _weights = NhwcGroupedF32.PackWeights(in geometry, kernel, weights);
        }
        else if (_method == Method.NhwcFewOutputs)
        {
            _weights = FewOutputsF32.PackWeights(in geometry, weights);
        }
        else if (_method == Method.NhwcDepthwise)
        {
            _weights = ConvolutionWeights.PackDepthwise(in geometry, weights);
        }
        else
        {
            _weights = new NativeBuffer((nint)geometry.OutChannels * depth * sizeof(float));
            new ReadOnlySpan<float>(weights, checked(geometry.OutChannels * depth)).CopyTo(
                new Span<float>(_weights.Pointer, geometry.OutChannels * depth));
        }
    }

    private enum Method
    {
        Nchw,
        NchwDepthwise,
        Nhwc,
        NhwcDepthwise,
        NhwcGrouped,
        NhwcFewOutputs,
        Winograd,
    }

    /// <summary>The sizes it was made for.</summary>
    public ConvolutionGeometry Geometry { get; }

    /// <summary>Layout of input, output and residual.</summary>
    public TensorLayout Layout { get; }

    /// <summary>Native memory held, bytes.</summary>
    public nint ByteLength => _weights.Length;

    /// <summary>The name of the kernel of its products; null where the method has others.</summary>
    public string? KernelName => _method is Method.Nchw or Method.Nhwc or Method.Winograd ? _kernel.Name : null;

    /// <summary>Packs the weights.</summary>
    /// <param name="geometry">Sizes.</param>
    /// <param name="weights">[O, C/groups, KH, KW]; copied.</param>
    /// <param name="layout">Layout of the images it will run on.</param>
    /// <param name="direct">
    /// Whether to keep to the direct sum. By default a 3×3, stride 1 convolution with enough channels uses F(2×2, 3×3): about half the
    /// time, 1.8 times the weights' memory, and up to about four times the rounding error.
    /// </param>
    /// <returns>The convolution; the caller owns it.</returns>
    /// <exception cref="ArgumentException">The sizes are inconsistent or the weights too few.</exception>
    public static ConvolutionF32 Create(in ConvolutionGeometry geometry, ReadOnlySpan<float> weights, TensorLayout layout, bool direct = false) =>
        Create(in geometry, weights, layout, Suited(in geometry), direct);

    /// <summary>Packs the weights rounded to bf16 where this process has a kernel for it and pixels are long enough, and in f32 otherwise; images are rounded when it runs.</summary>
    /// <param name="geometry">Sizes.</param>
    /// <param name="weights">[O, C/groups, KH, KW]; copied.</param>
    /// <param name="layout">Layout of the images it will run on.</param>
    /// <returns>The convolution; the caller owns it.</returns>
    /// <exception cref="ArgumentException">The sizes are inconsistent or the weights too few.</exception>
    public static ConvolutionF32 CreateBFloat16(in ConvolutionGeometry geometry, ReadOnlySpan<float> weights, TensorLayout layout) =>
        Create(in geometry, weights, layout, GemmBf16Kernels.Best is { } kernel && IsForPairs(in geometry, layout) ? kernel : Suited(in geometry));

    // Pairs of channels of a pixel are elements of the product: an even number, and as many as are read in place. Few outputs have bodies of their own.
    internal static bool IsForPairs(in ConvolutionGeometry geometry, TensorLayout layout) =>
        layout == TensorLayout.Nhwc && geometry.Groups == 1 && geometry.InChannels % 2 == 0 && geometry.InChannels >= 2 * WindowRows.MinTableChannels
        && geometry.OutChannels >= TileLimits.Lanes && !FewOutputsF32.Suits(in geometry);

    // Results of at most eight channels fill vectors of eight lanes, and no machine multiplies sixteen faster than twice eight.
    private static GemmF32Kernel Suited(in ConvolutionGeometry geometry) =>
        geometry.OutChannels <= 8 && GemmF32Kernels.Best.Lanes > 8 && Array.Find(GemmF32Kernels.All, k => k.Lanes == 8 && k.Supported) is { } narrow
            ? narrow : GemmF32Kernels.Best;

    internal static ConvolutionF32 Create(
        in ConvolutionGeometry geometry, ReadOnlySpan<float> weights, TensorLayout layout, GemmF32Kernel kernel, bool direct = false)
    {
        geometry.Validate();
        long needed = (long)geometry.OutChannels * geometry.GroupInChannels * geometry.Taps;
        if (weights.Length < needed)
        {
            throw new ArgumentException($"Weights: expected {needed} elements, got {weights.Length}. Pass all of [O,C/groups,KH,KW].", nameof(weights));
        }

        fixed (float* w = weights)
        {
            return new ConvolutionF32(in geometry, layout, kernel, w, direct);
        }
    }

    /// <summary>Runs the convolution.</summary>
    /// <param name="x">Input in <see cref="Layout"/>.</param>
    /// <param name="y">Output in <see cref="Layout"/>; must not overlap <paramref name="x"/>.</param>
    /// <param name="batch">Images.</param>
    /// <param name="height">Input height, pixels.</param>
    /// <param name="width">Input width, pixels.</param>
    /// <param name="epilogue">What to do with each sum.</param>
    /// <param name="maxThreads">The most threads to use.</param>
    public void Run(float* x, float* y, int batch, int height, int width, in ConvolutionEpilogue epilogue, int maxThreads = 1) =>
        Run(x, Layout, y, batch, height, width, in epilogue, maxThreads);

    /// <summary>Runs the convolution on an input that may have the other layout: channels first in, channels last out.</summary>
    /// <param name="x">Input in <paramref name="layoutX"/>.</param>
    /// <param name="layoutX"><see cref="Layout"/>, or <see cref="TensorLayout.Nchw"/>.</param>
    /// <param name="y">Output in <see cref="Layout"/>; must not overlap <paramref name="x"/>.</param>
    /// <param name="batch">Images.</param>
    /// <param name="height">Input height, pixels.</param>
    /// <param name="width">Input width, pixels.</param>
    /// <param name="epilogue">What to do with each sum.</param>
    /// <param name="maxThreads">The most threads to use.</param>
    /// <exception cref="ArgumentException">Channels last in, channels first out.</exception>
    public void Run(
        float* x, TensorLayout layoutX, float* y, int batch, int height, int width, in ConvolutionEpilogue epilogue, int maxThreads = 1) =>
        Run(Geometry, x, layoutX, y, batch, height, width, in epilogue, maxThreads);

    /// <summary>Runs the convolution for an output of a given size, which replaces the padding below and on the right: what a window reads beyond the image is zero.</summary>
    /// <param name="x">Input in <see cref="Layout"/>.</param>
    /// <param name="y">Output in <see cref="Layout"/>; must not overlap <paramref name="x"/>.</param>
    /// <param name="batch">Images.</param>
    /// <param name="height">Input height, pixels.</param>
    /// <param name="width">Input width, pixels.</param>
    /// <param name="outHeight">Output height, pixels.</param>
    /// <param name="outWidth">Output width, pixels.</param>
    /// <param name="epilogue">What to do with each sum.</param>
    /// <param name="maxThreads">The most threads to use.</param>
    public void Run(float* x, float* y, int batch, int height, int width, int outHeight, int outWidth, in ConvolutionEpilogue epilogue, int maxThreads)
    {
        ConvolutionGeometry geometry = Geometry with
        {
            PadBottom = ((outHeight - 1) * Geometry.StrideHeight) + ((Geometry.KernelHeight - 1) * Geometry.DilationHeight) + 1 - height - Geometry.PadTop,
            PadRight = ((outWidth - 1) * Geometry.StrideWidth) + ((Geometry.KernelWidth - 1) * Geometry.DilationWidth) + 1 - width - Geometry.PadLeft,
        };
        Run(geometry, x, Layout, y, batch, height, width, in epilogue, maxThreads);
    }

    private void Run(
        ConvolutionGeometry geometry, float* x, TensorLayout layoutX, float* y, int batch, int height, int width, in ConvolutionEpilogue epilogue, int maxThreads)
    {
        if (layoutX != Layout && layoutX != TensorLayout.Nchw)
        {
            throw new ArgumentException("A convolution created for channels first received an input with channels last. Create it for TensorLayout.Nhwc.", nameof(layoutX));
        }

        KernelAssert.NotNegative(batch);
        nint inElements = (nint)batch * height * width * geometry.InChannels;
        nint outElements = (nint)batch * geometry.OutputHeight(height) * geometry.OutputWidth(width) * geometry.OutChannels;
        KernelAssert.Run(x, inElements);
        KernelAssert.Run(y, outElements);
        KernelAssert.Apart(x, inElements * sizeof(float), y, outElements * sizeof(float));
        bool planar = layoutX != Layout;
        if (planar && !(!_kernel.Pairs && _method is Method.Nhwc or Method.NhwcFewOutputs && WindowRows.Suits(in geometry)))
        {
            nint pixels = (nint)height * width;
            nint image = pixels * geometry.InChannels;
            using var input = new AlignedScratch<float>(batch * image);
            for (int n = 0; n < batch; n++)
            {
                Transpose.Run2D(x + (n * image), input.Pointer + (n * image), geometry.InChannels, pixels, sizeof(float));
            }

            Run(geometry, input.Pointer, Layout, y, batch, height, width, in epilogue, maxThreads);
            return;
        }

        using var pairs = new AlignedScratch<float>(_kernel.Pairs ? inElements / 2 : 0);
        if (_kernel.Pairs)
        {
            Bf16Pairs.FromRows(x, geometry.InChannels, (nint)batch * height * width, geometry.InChannels, pairs.Pointer, _kernel.Tier == IsaTier.Avx512Bf16, maxThreads);
            geometry = geometry with { InChannels = geometry.InChannels / 2 };
            x = pairs.Pointer;
        }

        var job = new ConvolutionJob(in geometry, x, y, (float*)_weights.Pointer, batch, height, width, epilogue) { Planar = planar };
        if (job.OutPixels > 0 && batch > 0)
        {
            switch (_method)
            {
                case Method.Nchw:
                    NchwConvolutionF32.Run(ref job, _kernel, maxThreads);
                    break;
                case Method.NchwDepthwise:
                    NchwDepthwiseF32.Run(ref job, maxThreads);
                    break;
                case Method.NhwcDepthwise:
                    NhwcDepthwiseF32.Run(ref job, maxThreads);
                    break;
                case Method.NhwcFewOutputs:
                    FewOutputsF32.Run(ref job, maxThreads);
                    break;
                case Method.NhwcGrouped:
                    NhwcGroupedF32.Run(ref job, _kernel, maxThreads);
                    break;
                default:
                    if (Layout == TensorLayout.Nchw)
                    {
                        RunTransposed(ref job, maxThreads);
                    }
                    else
                    {
                        RunNhwc(ref job, maxThreads);
                    }

                    break;
            }
        }

        GC.KeepAlive(this);
    }

    private void RunNhwc(ref ConvolutionJob job, int maxThreads)
    {
        if (_method == Method.Winograd)
        {
            WinogradF32.Run(ref job, _kernel, maxThreads);
        }
        else
        {
            NhwcConvolutionF32.Run(ref job, _kernel, maxThreads);
        }
    }

    // These methods want channels side by side: the image is transposed on the way in and out.
    private void RunTransposed(ref ConvolutionJob job, int maxThreads)
    {
        nint inPixels = (nint)job.Height * job.Width;
        nint inImage = inPixels * Geometry.InChannels;
        nint outImage = (nint)job.OutPixels * Geometry.OutChannels;
        float* y = job.Y;
        float* residual = job.Epilogue.Residual;
        using var input = new AlignedScratch<float>(job.Batch * inImage);
        using var output = new AlignedScratch<float>(job.Batch * outImage);
        for (int n = 0; n < job.Batch; n++)
        {
            Transpose.Run2D(job.X + (n * inImage), input.Pointer + (n * inImage), Geometry.InChannels, inPixels, sizeof(float));
            if (residual != null)
            {
                Transpose.Run2D(residual + (n * outImage), output.Pointer + (n * outImage), Geometry.OutChannels, job.OutPixels, sizeof(float));
            }
        }

        job.X = input.Pointer;
        job.Y = output.Pointer;
        job.Epilogue.Residual = residual == null ? null : output.Pointer;
        RunNhwc(ref job, maxThreads);
        for (int n = 0; n < job.Batch; n++)
        {
            Transpose.Run2D(output.Pointer + (n * outImage), y + (n * outImage), job.OutPixels, Geometry.OutChannels, sizeof(float));
        }
    }

    /// <summary>Frees the packed weights. No call may use the convolution any more.</summary>
    public void Dispose() => _weights.Dispose();
}
