using Inference.Kernels.Simd;

namespace Inference.Kernels.Windows;

/// <summary>The general body of a <see cref="PlanarWindow"/>: rows of one plane.</summary>
internal readonly unsafe struct PlanarFold<TFold> : IRowBody
    where TFold : struct, IWindowFold
{
    public static void Run<S, V>(void* state, nint first, nint end)
        where S : struct, ISimd<V>
        where V : struct => ((PlanarWindow*)state)->Fold<TFold, S, V>((int)first);
}
