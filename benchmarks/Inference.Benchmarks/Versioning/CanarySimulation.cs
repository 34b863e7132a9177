using Inference.Versioning;
using Inference.Versioning.Canary;
using Inference.Versioning.Folders;
using Inference.Versioning.Leasing;

namespace Inference.Benchmarks.Versioning;

/// <summary>Simulated trials of a canary; compiled into the tests of versioning too.</summary>
internal static class CanarySimulation
{
    public static CanaryTrial Trial(CanaryOptions options, Action<string> alarm, Action? passed = null, double percent = 10)
    {
        var slot = new VersionSlot(new VersionFolder("2", "nowhere", "stamp", 1, []), new NoRunner(), (_, _) => { });
        return new CanaryTrial(slot, options, percent, "salt", (_, reason) => alarm(reason), _ => passed?.Invoke());
    }

    /// <summary>Calls until the alarm; null for none within the calls. Latencies are log-normal with a median of 1 ms, times the slowdown for the canary.</summary>
    public static int? Run(Random random, double share, double controlErrors, double canaryErrors, double slowdown, int calls)
    {
        bool alarmed = false;
        CanaryTrial trial = Trial(new CanaryOptions(), _ => alarmed = true, percent: 100 * share);
        for (int i = 1; i <= calls; i++)
        {
            bool canary = random.NextDouble() < share;
            bool failed = random.NextDouble() < (canary ? canaryErrors : controlErrors);
            double normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            trial.Observe(canary, failed);
            if (!failed)
            {
                trial.ObserveRun(canary, kind: 1, 0.001 * Math.Exp(0.4 * normal) * (canary ? slowdown : 1));
            }

            if (alarmed)
            {
                return i;
            }
        }

        return null;
    }

    private sealed class NoRunner : IModelRunner
    {
        public ModelInfo Info { get; } = new() { Name = "simulated", Version = "2", Digest = "", Inputs = [], Outputs = [] };

        public ValueTask<NamedValues> RunAsync(NamedValues inputs, RunContext? context = null, CancellationToken cancellationToken = default) => new(new NamedValues());

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => default;
    }
}
