using System.Globalization;

namespace Inference.Benchmarks.Versioning;

/// <summary><c>canary [--trials 1000]</c>: simulates equal and worse canaries and prints false alarms and calls until rollback; exit code 0 when false alarms are at most 1 % everywhere.</summary>
public static class CanaryCommand
{
    private const int Seed = 20_250_101;

    public static Task<int> RunAsync(string[] args)
    {
        int trials = args.Length == 2 && args[0] == "--trials" ? int.Parse(args[1], CultureInfo.InvariantCulture) : 1_000;
        bool passed = true;
        Console.WriteLine($"equal canaries, {trials} trials of 20000 calls each, seed {Seed}");
        foreach ((double share, double errors) in new[] { (0.10, 0.001), (0.10, 0.01), (0.10, 0.05), (0.10, 0.20), (0.50, 0.05), (0.01, 0.05) })
        {
            int alarms = 0;
            Parallel.For(0, trials, i =>
            {
                if (CanarySimulation.Run(new Random(Seed + i), share, errors, errors, 1, 20_000) is not null)
                {
                    Interlocked.Increment(ref alarms);
                }
            });
            passed &= alarms <= trials / 100;
            Print($"  traffic {share * 100:F0} %, errors {errors * 100:F1} %: {alarms} false alarms");
        }

        Console.WriteLine($"5 points more errors at 10 % of the traffic, {trials / 2} trials");
        foreach (double errors in new[] { 0.0, 0.01, 0.05, 0.20 })
        {
            int[] calls = new int[trials / 2];
            Parallel.For(0, calls.Length, i => calls[i] = CanarySimulation.Run(new Random(Seed - 1 - i), 0.10, errors, errors + 0.05, 1, 200_000) ?? int.MaxValue);
            Array.Sort(calls);
            Print($"  errors {errors * 100:F0} % against {errors * 100 + 5:F0} %: rolled back after {calls[calls.Length / 2]} calls (median), {calls[calls.Length * 95 / 100]} (95 %), {calls[^1]} (all)");
        }

        return Task.FromResult(passed ? 0 : 2);
    }

    private static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
