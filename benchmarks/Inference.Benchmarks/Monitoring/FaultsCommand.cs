using System.Globalization;
using Inference.Monitoring;

namespace Inference.Benchmarks.Monitoring;

/// <summary><c>faults --data DIR [--bucket 100] [--run-length 10000] [--splits N [--reference 7000]]</c>: profiles a census (<c>calib.npz</c> and <c>search.npz</c>), checks that <c>test.npz</c> is stable, as a window and as a stream, and that planted faults are found in the right columns; exit code
/// 2 if not. With <c>--splits</c>, N random splits of <c>train.npz</c> instead, in which nothing changed.</summary>
internal static class FaultsCommand
{
    public static async Task<int> RunAsync(string[] args)
    {
        string folder = args[Array.IndexOf(args, "--data") + 1];
        int Get(string name, int otherwise) => Array.IndexOf(args, name) is >= 0 and int i ? int.Parse(args[i + 1], CultureInfo.InvariantCulture) : otherwise;
        TableRows reference = await TableRows.ReadAsync(Path.Combine(folder, "calib.npz"), Path.Combine(folder, "search.npz")).ConfigureAwait(false);
        TableRows test = await TableRows.ReadAsync(Path.Combine(folder, "test.npz")).ConfigureAwait(false);
        if (Get("--splits", 0) is > 0 and int splits)
        {
            return await SplitsAsync(folder, splits, Get("--reference", 7_000), Get("--bucket", 100), Get("--run-length", 10_000)).ConfigureAwait(false);
        }

        Console.WriteLine("| fault | as a window | as a stream |\n| --- | --- | --- |");
        ReferenceProfile profile = Profile(reference);
        bool passed = Judge(profile, "none", [], test, Get("--bucket", 100), Get("--run-length", 10_000));
        foreach ((string name, string[] columns, TableRows rows) in PlantedFaults.Of(test, 1))
        {
            passed &= Judge(profile, name, columns, rows, Get("--bucket", 100), Get("--run-length", 10_000));
        }

        return passed ? 0 : 2;
    }

    // Random halves of the same rows: each verdict other than stable is false.
    private static async Task<int> SplitsAsync(string folder, int splits, int reference, int bucket, int runLength)
    {
        TableRows all = await TableRows.ReadAsync(Path.Combine(folder, "train.npz")).ConfigureAwait(false);
        int windows = 0, streams = 0;
        for (int split = 0; split < splits; split++)
        {
            int[] order = [.. Enumerable.Range(0, all.Rows)];
            new Random(split).Shuffle(order);
            ReferenceProfile profile = Profile(all.Take(order[..reference]));
            (string[] found, List<StreamAlarm> alarms) = Find(profile, all.Take(order[reference..(reference + 6_000)]), bucket, runLength);
            windows += found.Length > 0 ? 1 : 0;
            streams += alarms.Count > 0 ? 1 : 0;
            if (found.Length > 0 || alarms.Count > 0)
            {
                Console.WriteLine($"{split}: {string.Join(", ", found)}; {string.Join(", ", alarms.Take(3))}");
            }
        }

        Console.WriteLine($"{splits} random splits of the same rows, {reference} and 6000: {windows} windows and {streams} streams with a warning or alarm");
        return windows <= Math.Max(0.02 * splits, 1) && streams <= Math.Max(0.02 * splits, 1) ? 0 : 2;
    }

    private static ReferenceProfile Profile(TableRows rows)
    {
        using var builder = new ReferenceProfileBuilder(options: new ReferenceProfileOptions { CountRepeats = true, CountAllPairs = true, CountJoint = true });
        using NamedValues inputs = rows.Inputs(0, rows.Rows);
        builder.Add(inputs);
        return builder.Build();
    }

    private static bool Judge(ReferenceProfile profile, string name, string[] expected, TableRows rows, int bucket, int runLength)
    {
        (string[] found, List<StreamAlarm> alarms) = Find(profile, rows, bucket, runLength);
        bool window = expected.Length == 0 ? found.Length == 0 : found.Length > 0 && expected.Contains(found[0].Split(' ')[0]);
        bool streamed = expected.Length == 0 ? alarms.Count == 0 : alarms.Count > 0 && alarms.Where(a => a.Row == alarms[0].Row).Any(a => expected.Contains(a.Column));
        string firsts = string.Join(", ", alarms.Take(3).Select(static a => string.Create(CultureInfo.InvariantCulture, $"{a.Column} {a.Rule} at {a.Row:N0}")));
        Console.WriteLine($"| {name} | {(window ? "" : "✗ ")}{string.Join(", ", found.Take(4))} | {(streamed ? "" : "✗ ")}{firsts} |");
        return window && streamed;
    }

    private static (string[] Found, List<StreamAlarm> Alarms) Find(ReferenceProfile profile, TableRows rows, int bucket, int runLength)
    {
        var observed = new ObservedRows(profile);
        using (NamedValues inputs = rows.Inputs(0, rows.Rows))
        {
            observed.Add(inputs);
        }

        ComparisonReport report = new WindowComparison(profile).Compare(observed);
        string[] found = [.. report.Columns.Where(static c => c.State >= MonitoringState.Warning).OrderByDescending(static c => c.Evidence).Select(static c => $"{c.Name} {c.Rule}")];
        var stream = new StreamEvaluation(profile, new StreamOptions { ExpectedFalseAlarms = runLength, MinimumRows = 1 });
        List<StreamAlarm> alarms = [];
        var one = new ObservedRows(profile);
        for (int first = 0; first < rows.Rows; first += bucket)
        {
            using NamedValues inputs = rows.Inputs(first, Math.Min(bucket, rows.Rows - first));
            one.Add(inputs);
            alarms.AddRange(stream.Add(one.Drain()));
        }

        return (found, alarms);
    }
}
