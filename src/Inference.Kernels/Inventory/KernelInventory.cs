using Inference.Kernels.Attention;
using Inference.Kernels.Convolution;
using Inference.Kernels.Elementwise;
using Inference.Kernels.Gemm;
using Inference.Kernels.Normalization;
using Inference.Kernels.Pooling;
using Inference.Kernels.Quantized;
using Inference.Kernels.Recurrent;
using Inference.Kernels.Reductions;
using Inference.Kernels.Simd;
using Inference.Kernels.Trees;

namespace Inference.Kernels;

/// <summary>All kernels of the library, with what this machine supports and what it uses.</summary>
public static class KernelInventory
{
    /// <summary>Kernels that are bodies over rows.</summary>
    internal static RowKernel[] RowKernels =>
    [
        Softmax.Kernel,
        LayerNorm.Kernel,
        Reduction.LastKernel,
        Reduction.MiddleKernel,
        AttentionF32.Scores,
        LstmF32.Cell,
        GruF32.Cell,
        WinogradTransforms.Input,
        WinogradTransforms.Output,
        QuantizeBody.Kernel,
        DequantizeBody.Kernel,
        DequantizeIntsBody.Kernel,
        RangeBody.Kernel,
        RequantizeBody.Kernel,
        DequantizeSumsBody.Kernel,
        QuantizedBinary.Kernel,
        ByteTable.Kernel,
    ];

    /// <summary>Every kernel, grouped by family, best first within a family. Makes a new list on each call.</summary>
    public static IReadOnlyList<KernelInfo> List()
    {
        var all = new List<KernelInfo>();
        GemmF32Kernels.Describe(all);
        DotF32Kernels.Describe(all);
        GemmS32Kernels.Describe(all);
        VnniDepthwise.Describe(all);
        DepthwisePixels.Kernel.Describe(all, VnniDepthwise.IsSupported);
        UnaryFunctions.Describe(all);
        BinaryKernels.Describe(all);
        PlanarWindowKernels.Describe(all);
        NhwcDepthwiseF32.Describe(all);
        NhwcGroupedF32.Describe(all);
        FewChannelsF32.Describe(all);
        PoolingF32.Describe(all);
        foreach (RowKernel kernel in RowKernels)
        {
            kernel.Describe(all);
        }

        all.Add(new KernelInfo("transpose", "transpose_any_square_vector128", Simd.Zip.IsAccelerated ? IsaTier.AdvSimd : IsaTier.Scalar, true, true));
        all.Add(new KernelInfo("trees_f32", "trees_f32_bitvectors_avx512", IsaTier.Avx512, TreeBitvectors.IsSupported, TreeBitvectors.IsSupported));
        all.Add(new KernelInfo("trees_f32", "trees_f32_8walks_scalar", IsaTier.Scalar, true, !TreeBitvectors.IsSupported));
        return all;
    }
}
