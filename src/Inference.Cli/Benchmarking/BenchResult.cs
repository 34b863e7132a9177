using Inference.Cli.Running;

namespace Inference.Cli.Benchmarking;

/// <summary>The measurements of a model.</summary>
/// <param name="Inputs">The inputs, as text.</param>
/// <param name="Mode"><c>bound</c> or <c>plain</c> runs, or <c>cold</c> processes.</param>
/// <param name="Spinning">Whether ONNX Runtime's idle threads were spinning; null if it was not measured.</param>
/// <param name="Backends">The measurements of the providers.</param>
internal sealed record BenchResult(string Inputs, string Mode, bool? Spinning, IReadOnlyList<BackendResult> Backends)
{
    /// <summary>The median of ONNX Runtime ÷ that of cpu (of load and first run for cold starts); null unless both were measured.</summary>
    public double? Ratio
    {
        get
        {
            BackendResult? ours = Backends.FirstOrDefault(b => b.Backend == Running.Backends.Cpu);
            BackendResult? theirs = Backends.FirstOrDefault(b => b.Backend == Running.Backends.OnnxRuntime);
            return ours is null || theirs is null ? null : Cost(theirs) / Cost(ours);
        }
    }

    private static double Cost(BackendResult result) => result.Latency?.P50 ?? result.Start.LoadMilliseconds + result.Start.FirstRunMilliseconds;
}
