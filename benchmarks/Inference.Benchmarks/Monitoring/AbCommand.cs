using System.Globalization;
using Inference.Monitoring;

namespace Inference.Benchmarks.Monitoring;

/// <summary><c>ab [--runs 2000] [--rows 40000] [--block 500]</c>: A/B tests that are looked at after every block: how many are decided without a difference, how many rows 2 points at a base of 10 % take, how many units a sample-ratio
/// mismatch takes, and whether duplicates change anything; exit code 2 if a stated figure is not met.</summary>
internal static class AbCommand
{
    private const double Base = 0.10;
    private const double Lift = 0.02;

    public static Task<int> RunAsync(string[] args)
    {
        int Get(string name, int otherwise) => Array.IndexOf(args, name) is >= 0 and int i ? int.Parse(args[i + 1], CultureInfo.InvariantCulture) : otherwise;
        int runs = Get("--runs", 2_000), rows = Get("--rows", 40_000), block = Get("--block", 500);
        bool passed = true;
        foreach (double share in new[] { 0.5, 0.1 })
        {
            AbRun[] equal = Simulate(runs, seed => AbRun.Make(seed, rows, block, share, share, Base, Base, duplicates: true));
            int decided = equal.Count(static r => r.DecidedAt is not null), missed = equal.Count(static r => r.MismatchAt is not null);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"share {share:P0}, no difference: {decided} of {runs} decided ({(double)decided / runs:P2}, at most 5 %), {missed} mismatches ({(double)missed / runs:P2}, at most 0.1 %), looked at after every {block} of {rows:N0} rows, 5 % of them reported twice"));
            passed &= decided <= runs * 0.05 && missed <= Math.Max(3, runs * 0.001);
        }

        foreach ((double share, int limit) in new[] { (0.5, 40_000), (0.1, 120_000) })
        {
            AbRun[] better = Simulate(runs, seed => AbRun.Make(seed, limit, block, share, share, Base, Base + Lift, duplicates: false));
            passed &= Tell($"share {share:P0}, {Base + Lift:P0} against {Base:P0}", better, static r => r.DecidedAt, limit) && better.All(static r => r.Verdict != OutcomeVerdict.Worse);
        }

        foreach ((double truth, int limit) in new[] { (0.48, 40_000), (0.45, 8_000) })
        {
            AbRun[] mismatch = Simulate(runs, seed => AbRun.Make(seed, limit, block, 0.5, truth, Base, Base, duplicates: false));
            passed &= Tell($"share {truth:P0} instead of 50 %", mismatch, static r => r.MismatchAt, limit);
        }

        Console.WriteLine(passed ? "all met" : "NOT met");
        return Task.FromResult(passed ? 0 : 2);
    }

    private static AbRun[] Simulate(int runs, Func<int, AbRun> run)
    {
        var results = new AbRun[runs];
        Parallel.For(0, runs, new ParallelOptions { MaxDegreeOfParallelism = 2 }, i => results[i] = run(i));
        return results;
    }

    private static bool Tell(string what, AbRun[] runs, Func<AbRun, int?> at, int limit)
    {
        int[] rows = [.. runs.Select(r => at(r) ?? int.MaxValue).Order()];
        int found = rows.Count(static r => r < int.MaxValue);
        string At(double quantile) => rows[(int)(quantile * (rows.Length - 1))] is < int.MaxValue and int n ? n.ToString("N0", CultureInfo.InvariantCulture) : "not found";
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: found in {found} of {runs.Length} within {limit:N0} rows; median {At(0.5)}, 95 % {At(0.95)}"));
        return found >= runs.Length * 0.95;
    }
}
