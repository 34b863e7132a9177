using System.Globalization;
using Inference.Benchmarks.Serving;
using Inference.Monitoring;
using Inference.Monitoring.PostgreSql;
using Inference.Monitoring.Sqlite;

namespace Inference.Benchmarks.Monitoring;

/// <summary>
/// <c>feedback [--rounds 15] [--seconds 3]</c>: what feedback costs a call, on its thread and in the whole process, in time and in bytes; and reports a second into memory, SQLite and PostgreSQL (of the variable INFERENCE_POSTGRES, which
/// <c>eng/postgres.sh run</c> sets). Exit code 0 when all are within their bounds.
/// </summary>
internal static class FeedbackCommand
{
    // The bounds: ns and bytes a call, reports a second.
    private const double MostTime = 2_000;
    private const double MostBytes = 200;
    private const double FewestInMemory = 50_000;
    private const double FewestInStore = 5_000;

    public static async Task<int> RunAsync(string[] args)
    {
        ServingArguments arguments = ServingArguments.Parse(args, 3, 15);
        bool good = true;
        Console.WriteLine($"{Environment.ProcessorCount} processors; medians of {arguments.Rounds} rounds (quartiles).");
        Console.WriteLine("| what | figure | bound |");
        Console.WriteLine("| --- | --- | --- |");
        foreach ((string what, Action<FeedbackOptions> configure) in new (string, Action<FeedbackOptions>)[]
        {
            ("id, time, version", static _ => { }),
            ("and score", static o => o.Score = "y"),
            ("and 64 features", static o => { o.Score = "y"; o.Columns.Add(new FeedbackColumnOptions { Name = "x" }); }),
        })
        {
            good &= await CallAsync(what, configure, arguments).ConfigureAwait(false);
        }

        good &= await ReportsAsync("memory", static () => new MemoryFeedbackStore(1 << 20), FewestInMemory, arguments).ConfigureAwait(false);
        string folder = Directory.CreateTempSubdirectory("inference-feedback-").FullName;
        try
        {
            good &= await ReportsAsync("SQLite", () => new SqliteFeedbackStore(Path.Combine(folder, "feedback.db"), "feedback"), FewestInStore, arguments).ConfigureAwait(false);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        if (Environment.GetEnvironmentVariable("INFERENCE_POSTGRES") is { Length: > 0 } server)
        {
            good &= await ReportsAsync("PostgreSQL", () => new PostgreSqlFeedbackStore(server, "feedback", $"bench_{Guid.NewGuid():N}"), FewestInStore, arguments).ConfigureAwait(false);
        }
        else
        {
            Console.WriteLine("| PostgreSQL | not measured: run `bash eng/postgres.sh run …` | |");
        }

        return good ? 0 : 2;
    }

    private static async Task<bool> CallAsync(string what, Action<FeedbackOptions> configure, ServingArguments arguments)
    {
        await using var load = new FeedbackLoad(new MemoryFeedbackStore(1 << 16), configure);
        List<CallCost> costs = [];
        for (int i = -5; i < arguments.Rounds; i++)
        {
            CallCost cost = await load.AddedAsync().ConfigureAwait(false);
            if (i >= 0)
            {
                costs.Add(cost);
            }
        }

        double time = Median(costs, static c => c.Nanoseconds), bytes = Median(costs, static c => c.Bytes);
        Console.WriteLine($"| a call, {what}: time on its thread | {Text(time)} ns ({Quartiles(costs, static c => c.Nanoseconds)}) | ≤ {Text(MostTime)} ns |");
        Console.WriteLine($"| bytes on its thread | {Text(bytes)} | ≤ {Text(MostBytes)} |");
        Console.WriteLine($"| processor time of the process, memory store included | {Text(Median(costs, static c => c.ProcessNanoseconds))} ns ({Quartiles(costs, static c => c.ProcessNanoseconds)}) | |");
        Console.WriteLine($"| bytes of the process, memory store included | {Text(Median(costs, static c => c.ProcessBytes))} | |");
        return time <= MostTime && bytes <= MostBytes && load.Dropped == 0;
    }

    private static async Task<bool> ReportsAsync(string store, Func<IFeedbackStore> open, double fewest, ServingArguments arguments)
    {
        bool good = true;
        foreach (int batch in new[] { 1_000, 100 })
        {
            await using var load = new FeedbackLoad(open(), static o => o.Score = "y");
            (double reports, double predictions) = await load.ReportsAsync(batch, arguments.Seconds).ConfigureAwait(false);
            Console.WriteLine($"| reports a second into {store}, batches of {batch:N0} of 4 callers | {reports:N0} (predictions: {predictions:N0} a second) | {(batch == 1_000 ? $"≥ {fewest:N0}" : "")} |");
            good &= batch != 1_000 || reports >= fewest;
        }

        return good;
    }

    private static double Median(List<CallCost> costs, Func<CallCost, double> of) => costs.Select(of).Order().ElementAt(costs.Count / 2);

    private static string Quartiles(List<CallCost> costs, Func<CallCost, double> of)
    {
        double[] sorted = [.. costs.Select(of).Order()];
        return $"{Text(sorted[sorted.Length / 4])}–{Text(sorted[sorted.Length * 3 / 4])}";
    }

    private static string Text(double value) => value.ToString("0", CultureInfo.InvariantCulture);
}
