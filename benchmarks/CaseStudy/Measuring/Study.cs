using System.Diagnostics;
using CaseStudy.Steps;
using Inference;
using Inference.Caching;
using Inference.Status;
using OptimizeAndServe.Serving;
using OptimizeAndServe.World;

namespace CaseStudy.Measuring;

/// <summary>Measures all steps in turn, a chunk of requests each, over and over, so that what disturbs the machine disturbs all alike.</summary>
internal sealed class Study(ClickWorld world, IReadOnlyList<Step> steps, int items, Action<string> log)
{
    private const int Chunk = 100;
    private const int Callers = 8;

    /// <summary>Fills caches with the users that hours of traffic would have left there: the most active ones.</summary>
    public void Fill()
    {
        const int Batch = 100;
        Step[] caching = [.. steps.Where(s => s.Cache is not null)];
        for (int start = 0; start + Batch <= ClickWorld.Users && caching.Length > 0; start += Batch)
        {
            ClickRequest[] batch = new ClickRequest[Batch];
            Parallel.For(0, Batch, i => batch[i] = OneItem(start + i));
            using var inputs = new RequestInputs(batch);
            foreach (Step step in caching)
            {
                step.Runner.Run(inputs.Values).Dispose();
            }

            if (caching[0].Cache!.Statistics.Bytes > 0.9 * StepCatalog.CacheBytes)
            {
                break;
            }
        }

        foreach (Step step in caching)
        {
            log($"{step.Name}: {step.Cache!.Statistics.Entries} users cached");
        }
    }

    public Dictionary<Step, StepResult> Measure(RequestStream stream)
    {
        var results = steps.ToDictionary(s => s, _ => new StepResult());
        Dictionary<Step, ICaller[]> callers = steps.ToDictionary(s => s, s => Enumerable.Range(0, Callers).Select(_ => s.NewCaller()).ToArray());
        var hits = steps.ToDictionary(s => s, s => s.Cache?.Statistics is { } counts ? (counts.Hits, counts.Misses) : (Hits: 0L, Misses: 0L));
        var scores = new float[items];
        ClickRequest[] requests = stream.Requests;
        for (int start = 0; start < requests.Length; start += 2 * Chunk)
        {
            // Half of the requests come one after the other, half from several callers at once.
            foreach (Step step in steps)
            {
                One(callers[step][0], requests.AsSpan(start, Chunk), scores, results[step]);
            }

            foreach (Step step in steps)
            {
                Many(callers[step], requests, start + Chunk, results[step]);
            }
        }

        foreach (Step step in steps)
        {
            if (step.Cache is { } cache)
            {
                CacheStatistics now = cache.Statistics;
                long found = now.Hits - hits[step].Hits;
                results[step].HitRate = (double)found / Math.Max(1, found + now.Misses - hits[step].Misses);
            }

            foreach (ICaller caller in callers[step])
            {
                caller.Dispose();
            }
        }

        return results;
    }

    private ClickRequest OneItem(int rank)
    {
        int user = ClickWorld.UserAt(rank);
        return new ClickRequest
        {
            User = user,
            UserRank = rank,
            UserCategories = world.UserSet.Categories.AsSpan(user * 3, 3).ToArray(),
            UserNumbers = world.UserSet.Numbers.AsSpan(user * ClickWorld.UserNumbers, ClickWorld.UserNumbers).ToArray(),
            History = world.History(user, 0),
            Context = [0, 0],
            Items = [0],
            Numbers = new float[ClickWorld.ItemNumbers],
            Clicked = [false],
        };
    }

    private static void One(ICaller caller, ReadOnlySpan<ClickRequest> requests, float[] scores, StepResult result)
    {
        Settle();
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        foreach (ClickRequest request in requests)
        {
            long start = Stopwatch.GetTimestamp();
            caller.Run(request, scores);
            result.Latencies.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
        }

        result.CpuSeconds += (Environment.CpuUsage.TotalTime - cpu).TotalSeconds;
    }

    private void Many(ICaller[] callers, ClickRequest[] requests, int first, StepResult result)
    {
        Settle();
        using var ready = new Barrier(callers.Length + 1);
        int next = first;
        Thread[] threads = [.. callers.Select(caller => new Thread(() =>
        {
            var scores = new float[items];
            ready.SignalAndWait();
            for (int i; (i = Interlocked.Increment(ref next) - 1) < first + Chunk;)
            {
                caller.Run(requests[i], scores);
            }
        }))];
        foreach (Thread thread in threads)
        {
            thread.Start();
        }

        ready.SignalAndWait();
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        long start = Stopwatch.GetTimestamp();
        foreach (Thread thread in threads)
        {
            thread.Join();
        }

        result.LoadedSeconds += Stopwatch.GetElapsedTime(start).TotalSeconds;
        result.LoadedCpuSeconds += (Environment.CpuUsage.TotalTime - cpu).TotalSeconds;
        result.LoadedRequests += Chunk;
    }

    // ONNX Runtime's idle threads spin for some milliseconds after a run; what comes next is not to pay for it.
    private static void Settle() => Thread.Sleep(8);
}
