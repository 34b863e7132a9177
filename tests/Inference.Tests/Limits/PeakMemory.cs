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

    /// <summary>Bytes held now, garbage left out.</summary>
    public static long Now => GC.GetTotalMemory(forceFullCollection: true);

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
