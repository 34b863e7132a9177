using Inference.Kernels.Convolution;
using Inference.Kernels.Windows;

namespace Inference.Kernels.Quantized;

/// <summary>How the window of an output pixel is divided into runs of contiguous bytes of the image.</summary>
/// <param name="Count">Runs in a window.</param>
/// <param name="Length">Values of a run.</param>
/// <param name="Stored">Values of a run of the packed weights: whole steps.</param>
/// <param name="InPlace">Whether tiles read the padded image; else windows are copied, and summed for the weights' zero points.</param>
internal readonly record struct WindowRuns(int Count, int Length, int Stored, bool InPlace)
{
    public static WindowRuns Choose(in ConvolutionGeometry g, bool signed, ReadOnlySpan<int> zeroPoints, int valuesPerStep)
    {
        // Stored weights without zero points need no sums over windows.
        int none = signed ? 0 : 128;
        bool symmetric = zeroPoints.Length == 0 ? signed : zeroPoints.IndexOfAnyExcept(none) < 0;
        if (!symmetric || (g.IsPointwise && g.Groups == 1) || int.Min(int.Min(g.PadTop, g.PadBottom), int.Min(g.PadLeft, g.PadRight)) < 0)
        {
            int depth = g.Taps * g.GroupInChannels;
            return new(1, depth, depth, false);
        }

        bool rows = g.Groups == 1 && (g.DilationWidth == 1 || g.KernelWidth == 1);
        int length = (rows ? g.KernelWidth : 1) * g.GroupInChannels;
        return new(rows ? g.KernelHeight : g.Taps, length, (length + valuesPerStep - 1) / valuesPerStep * valuesPerStep, true);
    }
}
