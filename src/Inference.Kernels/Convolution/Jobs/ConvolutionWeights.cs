using Inference.Kernels.Gemm;
using Inference.Kernels.Gemm.Tiles;
using Inference.Kernels.Memory;
using Inference.Kernels.Windows;

namespace Inference.Kernels.Convolution.Jobs;

/// <summary>Layouts of convolution weights.</summary>
internal static unsafe class ConvolutionWeights
{
    /// <summary>For each group: panels of B[(i·KW + j)·C/g + c, o] = W[o, c, i, j], of pairs of channels where the kernel takes pairs.</summary>
    public static NativeBuffer PackPanels(in ConvolutionGeometry g, GemmF32Kernel kernel, float* w)
    {
        nint depth = g.Taps * g.GroupInChannels;
        nint stride = GroupStride(in g, kernel) / (kernel.Pairs ? 2 : 1);
        var buffer = new NativeBuffer(stride * g.Groups * sizeof(float));
        using var scratch = new AlignedScratch<float>(depth * g.GroupOutChannels);
        for (int group = 0; group < g.Groups; group++)
        {
            float* from = w + (group * g.GroupOutChannels * depth);
            for (int o = 0; o < g.GroupOutChannels; o++)
            {
                for (int c = 0; c < g.GroupInChannels; c++)
                {
                    for (int tap = 0; tap < g.Taps; tap++)
                    {
                        scratch.Pointer[(o * depth) + (tap * g.GroupInChannels) + c] = *from++;
                    }
                }
            }

            float* to = (float*)buffer.Pointer + (group * stride);
            if (kernel.Pairs)
            {
                Bf16Pairs.PackPanels(scratch.Pointer, depth, true, depth, g.GroupOutChannels, 1f, kernel.PanelColumns, kernel.Lanes, to);
            }
            else
            {
                GemmF32Packing.PackPanels(scratch.Pointer, depth, true, depth, g.GroupOutChannels, 1f, kernel.PanelColumns, kernel.Lanes, to);
            }
        }

        return buffer;
    }

    /// <summary>Elements between the panels of consecutive groups.</summary>
    public static nint GroupStride(in ConvolutionGeometry g, GemmF32Kernel kernel)
    {
        nint stored = (g.GroupOutChannels + kernel.Lanes - 1) / kernel.Lanes * kernel.Lanes;
        return (nint)g.Taps * g.GroupInChannels * stored;
    }

    /// <summary>[KH·KW][C] from [C,1,KH,KW].</summary>
    public static NativeBuffer PackDepthwise(in ConvolutionGeometry g, float* w)
    {
        var buffer = new NativeBuffer((nint)g.Taps * g.InChannels * sizeof(float));
        float* to = (float*)buffer.Pointer;
        for (int c = 0; c < g.InChannels; c++)
        {
            for (int tap = 0; tap < g.Taps; tap++)
            {
                to[(tap * g.InChannels) + c] = w[(c * g.Taps) + tap];
            }
        }

        return buffer;
    }
}
