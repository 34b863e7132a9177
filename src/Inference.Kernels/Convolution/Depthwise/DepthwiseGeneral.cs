using Inference.Kernels.Simd;
using Inference.Kernels.Windows;

namespace Inference.Kernels.Convolution.Depthwise;

/// <summary>A depthwise plane of any kernel, stride and dilation.</summary>
internal readonly unsafe struct DepthwiseGeneral : IRowBody
{
    public static void Run<S, V>(void* state, nint first, nint end)
        where S : struct, ISimd<V>
        where V : struct => ((PlanarWindow*)state)->Sum<S, V>();
}
