using System.Collections.Concurrent;
using System.Globalization;
using Inference.Monitoring.Drift;

namespace Inference.Benchmarks.Monitoring;

/// <summary><c>drift [false|delays|all] [--seeds 20] [--buckets 20000] [--rows 100] [--runs 60] [--columns N] [--reference 100000]</c>: counts false alarms over streams without a change, and the rows until changes are found; exit code 2 if there are more false alarms than
/// the setting states.</summary>
internal static class DriftCommand
{
    private const double RunLength = 1_000;
    private const int PoolRows = 1 << 16;

    private static readonly ConcurrentDictionary<(ValuePool Pool, int Rows, int Run, double Tolerance), (PoolCells Cells, byte[] Encoded, ColumnBets[] Bets)> s_references = new();

    public static Task<int> RunAsync(string[] args)
    {
        string part = args.Length > 0 && !args[0].StartsWith('-') ? args[0] : "all";
        int Get(string name, int otherwise) => Array.IndexOf(args, name) is >= 0 and int i ? int.Parse(args[i + 1], CultureInfo.InvariantCulture) : otherwise;
        bool passed = true;
        if (part is "false" or "all")
        {
            foreach (double tolerance in new[] { 0.1, 0 })
            {
                passed &= FalseAlarms(tolerance, Get("--seeds", 20), Get("--buckets", 20_000), Get("--rows", 100), Get("--reference", 100_000));
            }
        }

        if (part is "delays" or "all")
        {
            foreach (int columns in Get("--columns", 0) is > 0 and int only ? [only] : new[] { 1, 64 })
            {
                Delays(columns, Get("--runs", 60), Get("--reference", 100_000));
            }
        }

        return Task.FromResult(passed ? 0 : 2);
    }

    private static bool FalseAlarms(double tolerance, int seeds, int buckets, int rows, int reference)
    {
        int alarms = 0, streams = 0;
        double largest = 0;
        var pool = ValuePool.Mixed(PoolRows, 64, 1);
        Parallel.For(0, seeds, new ParallelOptions { MaxDegreeOfParallelism = 2 }, seed =>
        {
            var cells = new PoolCells(pool, reference, seed + 1);
            byte[] encoded = cells.Encode(pool);
            var panel = new DriftPanel(DriftPanel.BetsOf(cells, tolerance), RunLength);
            var random = new Random(1_000 + seed);
            int mine = 0;
            double most = 0;
            for (int b = 0; b < buckets; b++)
            {
                mine += panel.Add(encoded, encoded, 0, rows, random) ? 1 : 0;
                most = Math.Max(most, panel.Mean);
            }

            lock (pool)
            {
                alarms += mine;
                streams++;
                largest = Math.Max(largest, most);
            }
        });
        double stated = (double)seeds * buckets / RunLength;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| false alarms | tolerance {tolerance:P0} | {seeds} streams of {buckets:N0} buckets of {rows} rows, 64 columns | {alarms} | stated: at most {stated:N0} | largest mean {largest:G3} |"));
        return alarms <= stated;
    }

    private static void Delays(int columns, int runs, int reference)
    {
        var pool = ValuePool.Normal(PoolRows, columns, 3);
        double[] shares = [0.3, 0.2, 0.15, 0.1, 0.1, 0.05, 0.05, 0.03, 0.02];
        ValuePool categories = pool.WithCategories(0, shares, 4);
        (string Name, ValuePool Before, ValuePool After, int Ramp)[] changes =
        [
            .. new[] { 0.1f, 0.2f, 0.3f, 0.5f, 1f }.Select(s => ($"shift {s.ToString(CultureInfo.InvariantCulture)}σ", pool, pool.With(0, (x, _) => x + s, 5), 0)),
            ("sd × 1.1", pool, pool.With(0, static (x, _) => x * 1.1f, 5), 0),
            ("sd × 1.2", pool, pool.With(0, static (x, _) => x * 1.2f, 5), 0),
            ("sd × 0.8", pool, pool.With(0, static (x, _) => x * 0.8f, 5), 0),
            ("category 10 % → 15 %", categories, pool.WithCategories(0, [0.25, 0.2, 0.15, 0.15, 0.1, 0.05, 0.05, 0.03, 0.02], 6), 0),
            ("category 2 % → 4 %", categories, pool.WithCategories(0, [0.28, 0.2, 0.15, 0.1, 0.1, 0.05, 0.05, 0.03, 0.04], 6), 0),
            ("missing 0 → 0.5 %", pool, pool.With(0, static (x, r) => r.NextDouble() < 0.005 ? float.NaN : x, 5), 0),
            ("missing 0 → 2 %", pool, pool.With(0, static (x, r) => r.NextDouble() < 0.02 ? float.NaN : x, 5), 0),
            ("share of rows with 0.5σ growing over 50,000 rows", pool, pool.With(0, static (x, _) => x + 0.5f, 5), 100),
        ];
        foreach ((string name, ValuePool before, ValuePool after, int ramp) in changes)
        {
            foreach (double tolerance in new[] { 0, 0.1 })
            {
                int[] delays = new int[runs];
                Parallel.For(0, runs, new ParallelOptions { MaxDegreeOfParallelism = 2 }, run => delays[run] = Delay(before, after, ramp, tolerance, reference, run));
                Array.Sort(delays);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {columns} | {name} | tolerance {tolerance:P0} | {Text(delays[runs / 2])} | {Text(delays[runs * 9 / 10])} |"));
            }
        }
    }

    private static int Delay(ValuePool before, ValuePool after, int ramp, double tolerance, int reference, int run)
    {
        const int Rows = 500, Warm = 20, Most = 400;
        (PoolCells cells, byte[] encoded, ColumnBets[] bets) = s_references.GetOrAdd((before, reference, run, tolerance), static key =>
        {
            var cells = new PoolCells(key.Pool, key.Rows, 100 + key.Run);
            return (cells, cells.Encode(key.Pool), DriftPanel.BetsOf(cells, key.Tolerance));
        });
        byte[] changed = cells.Encode(after, encoded, column: 0);
        var panel = new DriftPanel(bets, RunLength);
        var random = new Random(5_000 + run);
        for (int b = -Warm; b < Most; b++)
        {
            double share = b < 0 ? 0 : ramp == 0 ? 1 : Math.Min((b + 1.0) / ramp, 1);
            if (panel.Add(encoded, changed, share, Rows, random) && b >= 0)
            {
                return (b + 1) * Rows;
            }
        }

        return int.MaxValue;
    }

    private static string Text(int rows) => rows == int.MaxValue ? "> 200,000" : rows.ToString("N0", CultureInfo.InvariantCulture);
}
