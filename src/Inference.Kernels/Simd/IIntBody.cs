namespace Inference.Kernels.Simd;

/// <summary>A body over runs of 8-bit or s32 numbers that is written once for every vector width.</summary>
internal unsafe interface IIntBody
{
    /// <summary>Runs on rows or elements [first, end) of the job.</summary>
    static abstract void Run<S, V>(void* job, nint first, nint end)
        where S : struct, IIntSimd<V>
        where V : struct;
}
