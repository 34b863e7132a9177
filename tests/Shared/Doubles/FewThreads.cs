namespace Inference.TestSupport;

/// <summary>Runs work on a thread pool that may not grow. Alone: other tests need the pool.</summary>
public static class FewThreads
{
    /// <summary>How many threads the pool has: few, and no fewer than the runtime allows.</summary>
    public static int Count => Math.Max(4, Environment.ProcessorCount);

    /// <summary>Runs all the work on the pool, and says whether it ended in time.</summary>
    public static async Task<bool> TryRunAsync(IEnumerable<Action> work, TimeSpan limit)
    {
        Action[] all = [.. work];
        using var ended = new CountdownEvent(all.Length);
        var done = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() => done.SetResult(TryRun(all, ended, limit))).Start();
        bool inTime = await done.Task;

        // What hung goes on now, so that it does not disturb other tests.
        if (!inTime && !ended.Wait(TimeSpan.FromMinutes(1)))
        {
            throw new TimeoutException("The work did not end on a pool that may grow either.");
        }

        return inTime;
    }

    private static bool TryRun(Action[] work, CountdownEvent ended, TimeSpan limit)
    {
        ThreadPool.GetMaxThreads(out int workers, out int ports);
        ThreadPool.GetMinThreads(out int leastWorkers, out int leastPorts);
        try
        {
            if (!ThreadPool.SetMinThreads(1, 1) || !ThreadPool.SetMaxThreads(Count, ports))
            {
                throw new InvalidOperationException($"The pool cannot be kept to {Count} threads.");
            }

            foreach (Action one in work)
            {
                ThreadPool.UnsafeQueueUserWorkItem(
                    one =>
                    {
                        one();
                        ended.Signal();
                    },
                    one,
                    preferLocal: false);
            }

            return ended.Wait(limit);
        }
        finally
        {
            ThreadPool.SetMaxThreads(workers, ports);
            ThreadPool.SetMinThreads(leastWorkers, leastPorts);
        }
    }
}
