using Inference.Kernels.Convolution;
using Inference.Kernels.Convolution.Images;
using Inference.Kernels.Convolution.Jobs;
using Inference.Kernels.Convolution.Winograd;
using Inference.Kernels.Gemm.Tiles;
using Inference.Kernels.Memory;
using Inference.Kernels.Windows;

namespace Inference.Benchmarks.Thresholds;

/// <summary>Which way a convolution of channels-last images goes, on one thread.</summary>
internal static unsafe class ConvolutionCases
{
    private const int Side = 28;

    private delegate void Method(in ConvolutionJob job, GemmF32Kernel kernel);

    public static readonly ThresholdCase[] All =
    [
        new("WinogradF32.MinChannels", WinogradF32.MinChannels, "channels", MinChannels) { Least = WinogradF32.ChannelUnit },
        new("FewChannelsF32.MaxOutChannels", FewChannelsF32.MaxOutChannels, "output channels", MaxOutChannels) { Least = 4 },
        new("WindowRows.MinTableChannels (3×1)", WindowRows.MinTableChannels, "channels", Rows),
        new("WindowRows.MinTableChannels (3×3, dilated)", WindowRows.MinTableChannels, "channels", Copied),
    ];

    private static Choice MinChannels(long channels)
    {
        ConvolutionGeometry g = Square((int)channels, (int)channels);
        return Choose(in g, static (in ConvolutionJob job, GemmF32Kernel kernel) => Whole(in job, kernel), static (in ConvolutionJob job, GemmF32Kernel kernel) =>
        {
            ConvolutionJob own = job;
            WinogradF32.Run(ref own, kernel, 1);
        }, winograd: true);
    }

    private static Choice MaxOutChannels(long channels)
    {
        ConvolutionGeometry g = Square(3, (int)channels);
        return Choose(in g, static (in ConvolutionJob job, GemmF32Kernel kernel) => FewChannelsF32.Run(in job, kernel, 0, job.OutPixels, 0, job.Geometry.OutChannels), WindowsOfRows);
    }

    private static Choice Rows(long channels)
    {
        var g = new ConvolutionGeometry { InChannels = (int)channels, OutChannels = 64, KernelHeight = 3, KernelWidth = 1, PadTop = 1, PadBottom = 1 };
        return Choose(in g, WindowsOfRows, static (in ConvolutionJob job, GemmF32Kernel kernel) => Pixels(in job, kernel, copied: false));
    }

    private static Choice Copied(long channels)
    {
        ConvolutionGeometry g = Square((int)channels, 64) with { DilationHeight = 2, DilationWidth = 2, PadTop = 2, PadLeft = 2, PadBottom = 2, PadRight = 2 };
        return Choose(
            in g, static (in ConvolutionJob job, GemmF32Kernel kernel) => Pixels(in job, kernel, copied: true), static (in ConvolutionJob job, GemmF32Kernel kernel) => Pixels(in job, kernel, copied: false));
    }

    private static void Whole(in ConvolutionJob job, GemmF32Kernel kernel)
    {
        ConvolutionJob own = job;
        NhwcConvolutionF32.Run(ref own, kernel, 1);
    }

    private static void WindowsOfRows(in ConvolutionJob job, GemmF32Kernel kernel) => NhwcConvolutionF32.RunWindowRows(in job, kernel, 0, job.OutPixels, 0, Panels(in job, kernel), default);

    private static void Pixels(in ConvolutionJob job, GemmF32Kernel kernel, bool copied) =>
        NhwcConvolutionF32.RunPixels(in job, kernel, 0, 0, job.OutPixels, 0, Panels(in job, kernel), default, copied);

    private static int Panels(in ConvolutionJob job, GemmF32Kernel kernel) => (job.Geometry.OutChannels + kernel.PanelColumns - 1) / kernel.PanelColumns;

    private static ConvolutionGeometry Square(int channels, int outChannels) =>
        new() { InChannels = channels, OutChannels = outChannels, KernelHeight = 3, KernelWidth = 3, PadTop = 1, PadLeft = 1, PadBottom = 1, PadRight = 1 };

    private static Choice Choose(in ConvolutionGeometry geometry, Method below, Method above, bool winograd = false)
    {
        ConvolutionGeometry g = geometry;
        GemmF32Kernel kernel = GemmF32Kernels.Best;
        var x = new Numbers(Side * Side * g.InChannels);
        var y = new Numbers(Side * Side * g.OutChannels);
        var w = new Numbers(g.OutChannels * g.InChannels * g.KernelHeight * g.KernelWidth);
        NativeBuffer panels = ConvolutionWeights.PackPanels(in g, kernel, w.F32);
        NativeBuffer transformed = winograd ? WinogradF32.PackWeights(in g, kernel, w.F32) : panels;
        return new(() => Run(below, panels), () => Run(above, transformed), x, y, w, panels, transformed);

        void Run(Method method, NativeBuffer weights) =>
            method(new ConvolutionJob(in g, x.F32, y.F32, (float*)weights.Pointer, 1, Side, Side, default), kernel);
    }
}
