namespace Inference.Tests.Limits;

/// <summary>Watches how much of the managed heap is held, by collecting again and again.</summary>
internal sealed class PeakMemory : IDisposable
{
    private readonly Thread _thread;
    private volatile bool _stop;
    private long _peak;

    public PeakMemory()
    {
        _thread = new Thread(Watch) { IsBackground = true };
        _thread.Start();
    }

    /// <summary>Bytes held now: what a full collection leaves, without what is made while it is asked for.</summary>
    public static long Now
    {
        get
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true);
            GCMemoryInfo left = GC.GetGCMemoryInfo(GCKind.FullBlocking);
            return left.HeapSizeBytes - left.FragmentedBytes;
        }
    }

    /// <summary>Ends the watch; the most that was seen.</summary>
    public long Stop()
    {
        _stop = true;
        _thread.Join();
        return Volatile.Read(ref _peak);
    }

    public void Dispose() => Stop();

    private void Watch()
    {
        while (!_stop)
        {
            _peak = Math.Max(_peak, Now);
            Thread.Sleep(5);
        }
    }
}
