namespace Inference.Kernels.Simd;

/// <summary>A body over rows of f32 that is written once for every vector width.</summary>
internal unsafe interface IRowBody
{
    /// <summary>Runs on rows [first, end) of the job.</summary>
    static abstract void Run<S, V>(void* job, nint first, nint end)
        where S : struct, ISimd<V>
        where V : struct;
}
