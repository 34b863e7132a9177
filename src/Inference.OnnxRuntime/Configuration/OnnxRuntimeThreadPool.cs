using System.ComponentModel.DataAnnotations;

namespace Inference.OnnxRuntime;

/// <summary>One pool of threads for all sessions of the process that ask for it.</summary>
/// <remarks>The native library has one environment, and it is made with the first session: a pool that differs from the one there is can be asked for only while no
/// session is alive.</remarks>
public sealed record OnnxRuntimeThreadPool
{
    /// <summary>Threads that share the work of one operator, 0 to 1024; 0, the default: one for each physical core.</summary>
    [Range(0, 1024)]
    public int IntraOpThreads { get; init; }

    /// <summary>Threads that run independent operators side by side, 0 to 1024; 0, the default: one for each physical core. Used by parallel execution only.</summary>
    [Range(0, 1024)]
    public int InterOpThreads { get; init; }

    /// <summary>Whether idle threads spin for a while before they sleep; true by default.</summary>
    public bool AllowSpinning { get; init; } = true;
}
