using System.ComponentModel.DataAnnotations;
using System.Globalization;

namespace Inference.OnnxRuntime;

/// <summary>The thread pool shared by all sessions of the process that request it.</summary>
/// <remarks>The native library has one environment, which is created with the first session: a different pool can be requested only while no
/// session is alive.</remarks>
public sealed class OnnxRuntimeThreadPool
{
    /// <summary>The number of threads that share the work of one operator, 0 to 1024; 0, the default, for one per physical core.</summary>
    [Range(0, 1024)]
    public int IntraOpThreads { get; init; }

    /// <summary>The number of threads that run independent operators concurrently, 0 to 1024; 0, the default, for one per physical core. Used only in parallel execution.</summary>
    [Range(0, 1024)]
    public int InterOpThreads { get; init; }

    /// <summary>Whether idle threads spin before they sleep; true by default.</summary>
    public bool AllowSpinning { get; init; } = true;

    /// <summary>The three members, for messages.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"of {IntraOpThreads} threads for one operator, {InterOpThreads} side by side, {(AllowSpinning ? "spinning" : "not spinning")}");

    internal bool IsLike(OnnxRuntimeThreadPool? other) =>
        other is not null && IntraOpThreads == other.IntraOpThreads && InterOpThreads == other.InterOpThreads && AllowSpinning == other.AllowSpinning;
}
