namespace Inference.TestSupport;

/// <summary>Managed bytes that calls allocate on the calling thread.</summary>
public static class ManagedBytes
{
    private const int WarmUp = 50;
    private const int Calls = 100;
    private const int Windows = 5;

    /// <summary>
    /// Bytes of 100 calls, after a warm-up: the least of up to five such windows. While other threads collect, the runtime now and then counts what is left of a thread's allocation area
    /// (less than 8 KB) as allocated, also where nothing is; what calls do allocate is in every window.
    /// </summary>
    public static long Of(Action call)
    {
        for (int i = 0; i < WarmUp; i++)
        {
            call();
        }

        long least = long.MaxValue;
        for (int window = 0; window < Windows && least > 0; window++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < Calls; i++)
            {
                call();
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
