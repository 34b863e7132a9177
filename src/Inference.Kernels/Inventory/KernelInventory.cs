using Inference.Kernels.Attention;
using Inference.Kernels.BlockQuantized;
using Inference.Kernels.Convolution;
using Inference.Kernels.Convolution.Depthwise;
using Inference.Kernels.Convolution.Images;
using Inference.Kernels.Convolution.Winograd;
using Inference.Kernels.Elementwise;
using Inference.Kernels.Gemm;
using Inference.Kernels.Gemm.Tiles;
using Inference.Kernels.Normalization;
using Inference.Kernels.Pooling;
using Inference.Kernels.Quantized;
using Inference.Kernels.Quantized.Depthwise;
using Inference.Kernels.Quantized.Linear;
using Inference.Kernels.Quantized.Results;
using Inference.Kernels.Quantized.Tiles;
using Inference.Kernels.Recurrent;
using Inference.Kernels.Resizing;
using Inference.Kernels.Simd;
using Inference.Kernels.Transposition;
using Inference.Kernels.Trees;
using Inference.Kernels.Windows;

namespace Inference.Kernels;

/// <summary>All kernels of the library, with those that this machine supports and uses.</summary>
public static class KernelInventory
{
    /// <summary>Kernels that are loop bodies over rows.</summary>
    internal static RowKernel[] RowKernels =>
    [
        Softmax.Kernel,
        SoftmaxColumns.Kernel,
        LayerNorm.Kernel,
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
        BlockDotsBody.Kernel,
        BlockPanelBody.Kernel,
        ByteTable.Kernel,
        GemmF32Packing.Transposed,
        LaneProductsBody.Kernel,
        NchwDepthwiseF32.General,
        NchwDepthwiseF32.ThreeByThree,
        NchwDepthwiseF32.Tall,
        PlanarCopy.Kernel,
        NhwcDepthwiseF32.Kernel,
        NhwcGroupedF32.Kernel,
        FewChannelsF32.Kernel3x3,
        FewChannelsF32.Kernel5x5,
        FewChannelsF32.Kernel3x9,
        PlaneInterleaving.Kernel,
        WindowPacking.Kernel,
        NhwcPoolingF32.Max,
        NhwcPoolingF32.Sum,
        Transpose2D.Bytes,
        Transpose2D.Words,
        Transpose2D.Doublewords,
        Transpose2D.Quadwords,
        NarrowTranspose.Bytes,
        NarrowTranspose.Words,
        NarrowTranspose.Doublewords,
        NarrowTranspose.Quadwords,
        EverySecond.Kernel,
        MultiplyAddPeak.Kernel,
        RowPicks.Doublewords,
        RowPicks.Bytes,
        RowPicks.Sums,
    ];

    /// <summary>Returns every kernel, grouped by family, best first within a family. Creates a new list on each call.</summary>
    public static IReadOnlyList<KernelInfo> List() => Rows().ConvertAll(static row => row.Info);

    /// <summary>The same list with the code of each kernel.</summary>
    internal static unsafe List<KernelRow> Rows()
    {
        var all = new List<KernelRow>();
        GemmF32Kernels.Describe(all);
        GemmBf16Kernels.Describe(all);
        DotF32Kernels.Describe(all);
        GemmS32Kernels.Describe(all);
        DepthwisePixels.Kernel.Describe(all, VnniDepthwise.Describe(all));
        UnaryFunctions.Describe(all);
        BinaryKernels.Describe(all);
        foreach (RowKernel kernel in RowKernels)
        {
            kernel.Describe(all);
        }

        bool chosen = KernelRow.Add(
            all, "trees_f32", "trees_f32_bitvectors_avx512", IsaTier.Avx512, TreeBitvectors.IsSupported,
            (nint)(delegate*<TreeEnsembleData, TreeLayout, TreeWalker, TreeBitvectors?>)&TreeBitvectors.Create, chosen: false);
        KernelRow.Add(all, "trees_f32", "trees_f32_8walks_scalar", IsaTier.Scalar, true,
            (nint)(delegate*<TreeEnsembleData, TreeLayout, TreeWalker, TreeWalks>)&TreeWalks.Create, chosen);
        return all;
    }
}
