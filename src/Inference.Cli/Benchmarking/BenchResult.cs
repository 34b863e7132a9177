using Inference.Cli.Running;

namespace Inference.Cli.Benchmarking;

/// <summary>What was measured of a model.</summary>
/// <param name="Inputs">The inputs, in words.</param>
/// <param name="Mode"><c>bound</c> or <c>plain</c> runs, or <c>cold</c> processes.</param>
/// <param name="Spinning">Whether ONNX Runtime's idle threads spun; null where it was not measured.</param>
/// <param name="Backends">The providers' figures.</param>
internal sealed record BenchResult(string Inputs, string Mode, bool? Spinning, IReadOnlyList<BackendResult> Backends)
{
    /// <summary>ONNX Runtime ÷ ours, of medians (of load and first run for cold starts); null unless both were measured.</summary>
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
