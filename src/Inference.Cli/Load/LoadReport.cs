using System.Globalization;
using System.Text.Json;
using Inference.Cli.Running;
using Inference.Cli.Terminal;

namespace Inference.Cli.Load;

/// <summary>Prints the result of a load test.</summary>
internal static class LoadReport
{
    public static void WriteJson(LoadTarget target, LoadOptions options, LoadResult result) => JsonOutput.Write(json =>
    {
        json.WriteString("target", target.Name);
        json.WriteString("inputs", target.InputSource);
        json.WriteString("mode", options.Concurrency is not null ? "closed" : options.Rate is not null ? "rate" : "curve");
        json.WriteArray("points", result.Points, point => Write(json, point));
        if (result.Knee is { } knee)
        {
            json.WriteNumber("knee", Math.Round(knee, 3));
        }
        else
        {
            json.WriteNull("knee");
        }

        if (options.Objective is { } objective)
        {
            json.WriteStartObject("objective");
            json.WriteString("quantile", objective.Name);
            json.WriteNumber("limit_us", objective.Limit.TotalMicroseconds);
            json.WriteBoolean("met", result.Best is not null);
            json.WriteNumber("rate", Math.Round(result.Best?.Rate ?? 0, 3));
            WriteBatching(json, result.Best?.Batching);
            json.WriteArray("choices", result.Choices, choice =>
            {
                WriteBatching(json, choice.Batching);
                json.WriteNumber("rate", Math.Round(choice.Rate, 3));
                Number(json, "latency_us", choice.Latency);
            });
            json.WriteEndObject();
        }
    });

    public static void WriteText(LoadTarget target, LoadOptions options, LoadResult result)
    {
        Console.WriteLine($"{target.Name}: {(options.Concurrency is { } callers ? $"{callers} callers, each waits for its answer" : "calls at random times; latencies count from the intended time")}");
        Console.WriteLine($"inputs: {target.InputSource}");
        ConsoleTable table = new ConsoleTable().Numbers("offered/s", "answered/s", "p50 µs", "p90 µs", "p99 µs", "p99.9 µs", "max µs", "failed", "refused", "open", "processors");
        foreach (LoadPoint p in result.Points)
        {
            table.Add(Number(p.Offered), Number(p.Throughput), Number(p.Quantile(0.5)), Number(p.Quantile(0.9)), Number(p.Quantile(0.99)), Number(p.Quantile(0.999)), Number(p.Quantile(1)),
                Number(p.Failed), Number(p.Refused), Number(p.NotSent + p.Unanswered), p.Processors.ToString("F2", CultureInfo.InvariantCulture));
        }

        table.Write();
        if (result.Points.FirstOrDefault(p => p.Error is not null)?.Error is { } error)
        {
            Console.WriteLine($"first error: {error}");
        }

        if (result.Knee is { } knee)
        {
            Console.WriteLine($"knee: {Number(knee)} calls/s; more load adds waiting, not answers");
        }

        if (options.Objective is not { } objective)
        {
            return;
        }

        string limit = $"{objective.Name} ≤ {Number(objective.Limit.TotalMicroseconds)} µs";
        ConsoleTable choices = new ConsoleTable().Text("batching").Numbers("calls/s", $"{objective.Name} µs");
        foreach (ChoiceResult choice in result.Choices)
        {
            choices.Add(Name(choice.Batching, target), choice.Rate > 0 ? Number(choice.Rate) : "not met", Number(choice.Latency));
        }

        choices.Write();
        Console.WriteLine(result.Best is { } best
            ? $"{limit}: met up to {Number(best.Rate)} calls/s{(target.IsRemote ? "" : $", {Name(best.Batching, target)}")}"
            : $"{limit}: not met");
    }

    private static string Name(BatchingChoice? batching, LoadTarget target) => batching?.ToString() ?? (target.IsRemote ? "the server's" : "none");

    private static void Write(Utf8JsonWriter json, LoadPoint point)
    {
        Number(json, "offered", point.Offered);
        Number(json, "throughput", point.Throughput);
        Number(json, "p50_us", point.Quantile(0.5));
        Number(json, "p90_us", point.Quantile(0.9));
        Number(json, "p99_us", point.Quantile(0.99));
        Number(json, "p999_us", point.Quantile(0.999));
        Number(json, "max_us", point.Quantile(1));
        json.WriteNumber("calls", point.Latencies.Length);
        json.WriteNumber("failed", point.Failed);
        json.WriteNumber("refused", point.Refused);
        json.WriteNumber("not_sent", point.NotSent);
        json.WriteNumber("unanswered", point.Unanswered);
        Number(json, "processors", point.Processors);
        if (point.Error is { } error)
        {
            json.WriteString("error", error);
        }
    }

    private static void WriteBatching(Utf8JsonWriter json, BatchingChoice? batching)
    {
        if (batching is null)
        {
            json.WriteNull("batching");
            return;
        }

        json.WriteStartObject("batching");
        json.WriteNumber("max_rows", batching.MaxRows);
        json.WriteNumber("max_delay_us", batching.MaxDelay.TotalMicroseconds);
        json.WriteEndObject();
    }

    private static void Number(Utf8JsonWriter json, string name, double value)
    {
        if (double.IsFinite(value))
        {
            json.WriteNumber(name, Math.Round(value, 3));
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static string Number(double value) => double.IsNaN(value) ? "–" : value.ToString(Math.Abs(value) < 100 ? "0.#" : "0", CultureInfo.InvariantCulture);
}
