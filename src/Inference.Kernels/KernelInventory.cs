using Inference.Kernels.Convolution;
using Inference.Kernels.Elementwise;
using Inference.Kernels.Gemm;
using Inference.Kernels.Pooling;
using Inference.Kernels.Quantized;

namespace Inference.Kernels;

/// <summary>All kernels of the library, with what this machine supports and what it uses.</summary>
public static class KernelInventory
{
    /// <summary>Every kernel, grouped by family, best first within a family. Makes a new list on each call.</summary>
    public static IReadOnlyList<KernelInfo> List()
    {
        var all = new List<KernelInfo>();
        GemmF32Kernels.Describe(all);
        DotF32Kernels.Describe(all);
        GemmS32Kernels.Describe(all);
        LinearQuantization.Describe(all);
        UnaryKernels.Describe(all);
        BinaryKernels.Describe(all);
        PlanarWindowKernels.Describe(all);
        NhwcDepthwiseF32.Describe(all);
        PoolingF32.Describe(all);
        return all;
    }
}
