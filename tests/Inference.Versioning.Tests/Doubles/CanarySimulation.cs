using Inference.TestSupport;

namespace Inference.Versioning.Tests;

/// <summary>Simulated trials of a canary.</summary>
internal static class CanarySimulation
{
    public static CanaryTrial Trial(CanaryOptions options, Action<string> alarm, Action? passed = null)
    {
        var folder = new VersionFolder("2", "nowhere", "stamp", 1, []);
        var slot = new VersionSlot(folder, new FakeRunner(FakeModel.Info("m", "2")), (_, _) => { });
        return new CanaryTrial(slot, options, 10, "salt", (_, reason) => alarm(reason), _ => passed?.Invoke());
    }

    /// <summary>Calls until the alarm; null for none within the calls.</summary>
    public static int? Run(Random random, double share, double controlErrors, double canaryErrors, double slowdown, int calls)
    {
        bool alarmed = false;
        CanaryTrial trial = Trial(new CanaryOptions(), _ => alarmed = true);
        for (int i = 1; i <= calls; i++)
        {
            bool canary = random.NextDouble() < share;
            bool failed = random.NextDouble() < (canary ? canaryErrors : controlErrors);
            // Log-normal, as latencies are: median 1 ms.
            double normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            trial.Observe(canary, failed, 0.001 * Math.Exp(0.4 * normal) * (canary ? slowdown : 1));
            if (alarmed)
            {
                return i;
            }
        }

        return null;
    }
}
