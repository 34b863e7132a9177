using System.ComponentModel.DataAnnotations;

namespace Inference.OnnxRuntime;

/// <summary>The thread pool shared by all sessions of the process that request it.</summary>
/// <remarks>The native library has one environment, which is created with the first session: a different pool can be requested only while no
/// session is alive.</remarks>
public sealed record OnnxRuntimeThreadPool
{
    /// <summary>The number of threads that share the work of one operator, 0 to 1024; 0, the default, for one per physical core.</summary>
    [Range(0, 1024)]
    public int IntraOpThreads { get; init; }

    /// <summary>The number of threads that run independent operators concurrently, 0 to 1024; 0, the default, for one per physical core. Used only in parallel execution.</summary>
    [Range(0, 1024)]
    public int InterOpThreads { get; init; }

    /// <summary>Whether idle threads spin before they sleep; true by default.</summary>
    public bool AllowSpinning { get; init; } = true;
}
