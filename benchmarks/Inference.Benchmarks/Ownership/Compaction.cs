namespace Inference.Benchmarks.Ownership;

/// <summary>A thread that collects and compacts everything again and again.</summary>
internal static class Compaction
{
    public static Thread Start(CancellationToken stop)
    {
        var thread = new Thread(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);

                // Collections without a pause leave callers no time to make anything that could be lost.
                Thread.Sleep(1);
            }
        });
        thread.Start();
        return thread;
    }
}
