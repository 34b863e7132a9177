using Inference.Kernels.Convolution;
using Inference.Kernels.Windows;
using Inference.Operators.Convolution;

namespace Inference.Operators.Convolution;

/// <summary>Window arithmetic of operators on [N, spatial.., C] tensors of one or two spatial axes.</summary>
internal static class NhwcWindow
{
    /// <summary>Y's shape for X[N, spatial.., C] (<paramref name="planar"/>: X[N, C, spatial..]) and constant weights W[O, C/group, kernel..], which must fit.</summary>
    public static Dimension[]? Infer(InferContext context, WindowAttributes window, Tensor w, int group, bool planar = false)
    {
        if (w.Rank is not (3 or 4) || w.Dims[0] % group != 0)
        {
            throw context.Error($"expected weights of rank 3 or 4 and a number of filters that is a multiple of group {group}, got {w}.");
        }

        if (Shapes.RequireRank(context, 0, w.Rank)?[planar ? 1 : ^1].Size is { } channels && channels != w.Dims[1] * group)
        {
            throw context.Error($"input 0: expected {w.Dims[1] * group} channels, got {channels}.");
        }

        return Infer(context, window, w.Dims[2..], Dimension.Fixed(w.Dims[0]), planar);
    }

    /// <summary>Y's shape for X[N, spatial.., C] (<paramref name="planar"/>: X[N, C, spatial..]), a kernel and the channels of Y.</summary>
    public static Dimension[]? Infer(InferContext context, WindowAttributes window, ReadOnlySpan<long> kernel, Dimension? channels, bool planar = false)
    {
        if (Shapes.RequireRank(context, 0, kernel.Length + 2) is not { } x)
        {
            return null;
        }

        if (planar)
        {
            x = [x[0], .. x[2..], x[1]];
        }

        int spatial = x.Length - 2;
        window.Check(context, spatial);
        var y = (Dimension[])x.Clone();
        y[^1] = channels ?? x[^1];
        for (int i = 0; i < spatial; i++)
        {
            y[i + 1] = window.Output(i, spatial, x[i + 1], Dimension.Fixed(kernel[i]));
        }

        return y;
    }

    /// <summary>The kernels' geometry for fixed shapes; one spatial axis becomes the width.</summary>
    public static ConvolutionGeometry Geometry(
        WindowAttributes window, ReadOnlySpan<long> x, ReadOnlySpan<long> kernel, int outChannels, int groups, bool planar = false)
    {
        int spatial = x.Length - 2;
        ReadOnlySpan<long> sizes = planar ? x[2..] : x[1..^1];
        long top = 0, bottom = 0;
        if (spatial == 2)
        {
            window.Resolve(0, 2, sizes[0], kernel[0], out top, out bottom);
        }

        window.Resolve(spatial - 1, spatial, sizes[^1], kernel[spatial - 1], out long left, out long right);
        return new()
        {
            InChannels = (int)(planar ? x[1] : x[^1]),
            OutChannels = outChannels,
            Groups = groups,
            KernelHeight = spatial == 2 ? (int)kernel[0] : 1,
            KernelWidth = (int)kernel[spatial - 1],
            StrideHeight = spatial == 2 ? (int)window.Stride(0) : 1,
            StrideWidth = (int)window.Stride(spatial - 1),
            DilationHeight = spatial == 2 ? (int)window.Dilation(0) : 1,
            DilationWidth = (int)window.Dilation(spatial - 1),
            PadTop = (int)top,
            PadBottom = (int)bottom,
            PadLeft = (int)left,
            PadRight = (int)right,
        };
    }
}
