using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Json;

namespace WebService;

/// <summary>Puts load on a running service: <c>dotnet run -- load http://localhost:5080 10</c>. Exit code 0 if every call was answered with a probability distribution.</summary>
internal static class LoadCommand
{
    private const int Callers = 16;

    public static async Task<int> RunAsync(string url, int seconds)
    {
        using var client = new HttpClient { BaseAddress = new Uri(url) };
        var versions = new ConcurrentDictionary<string, int>();
        var times = new ConcurrentBag<double>();
        var failures = new ConcurrentDictionary<string, int>();
        long end = Stopwatch.GetTimestamp() + seconds * Stopwatch.Frequency;
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            var random = new Random(caller);
            while (Stopwatch.GetTimestamp() < end)
            {
                await CallAsync(client, random, versions, times, failures);
            }
        })));
        double[] sorted = [.. times.Order()];
        Console.WriteLine($"{sorted.Length} calls in {seconds} s by {Callers} callers, {failures.Values.Sum()} failed, p50 {At(sorted, 0.5):F2} ms, p99 {At(sorted, 0.99):F2} ms");
        Console.WriteLine("versions: " + string.Join(", ", versions.OrderBy(v => v.Key).Select(v => $"{v.Key}: {v.Value}")));
        foreach ((string reason, int count) in failures)
        {
            Console.WriteLine($"failed {count} times: {reason}");
        }

        return failures.IsEmpty && sorted.Length > 0 ? 0 : 1;
    }

    private static async Task CallAsync(HttpClient client, Random random, ConcurrentDictionary<string, int> versions, ConcurrentBag<double> times, ConcurrentDictionary<string, int> failures)
    {
        float[][] rows = [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => Enumerable.Range(0, DemoModel.Features).Select(_ => random.NextSingle()).ToArray())];
        long started = Stopwatch.GetTimestamp();
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/score") { Content = JsonContent.Create(new ScoreRequest(rows), ServiceJson.Default.ScoreRequest) };
            request.Headers.Add("X-User", $"user-{random.Next(1000)}");
            using HttpResponseMessage response = await client.SendAsync(request);
            if (!response.IsSuccessStatusCode)
            {
                failures.AddOrUpdate($"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}", 1, (_, n) => n + 1);
                return;
            }

            ScoreResponse? answer = await response.Content.ReadFromJsonAsync(ServiceJson.Default.ScoreResponse);
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            versions.AddOrUpdate(answer?.Version ?? "none", 1, (_, n) => n + 1);
            if (answer?.Probabilities.Length != rows.Length || answer.Probabilities.Any(p => Math.Abs(p.Sum() - 1) > 1e-5))
            {
                failures.AddOrUpdate("an answer was no distribution", 1, (_, n) => n + 1);
            }
        }
        catch (HttpRequestException exception)
        {
            failures.AddOrUpdate(exception.Message, 1, (_, n) => n + 1);
        }
    }

    private static double At(double[] sorted, double quantile) => sorted.Length == 0 ? 0 : sorted[(int)(quantile * (sorted.Length - 1))];
}
