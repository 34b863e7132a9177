using Inference.Monitoring.Windows;

namespace Inference.Monitoring.Collection;

/// <summary>As many stripes as threads count at once. Thread-safe.</summary>
internal sealed class StripeSet(WindowLayout layout, int remainder)
{
    // A thread that is interrupted while it counts keeps its stripe: of some threads more than processors each has one. They are made as they are needed, and dropped when they are not: each takes memory for every cell and segment.
    private static readonly int s_most = Math.Clamp(4 * Environment.ProcessorCount, 8, 256);

    // Each stripe is held for some microseconds: a caller that waited this often gives up and its rows are only counted as seen.
    private const int Attempts = 64;
    private readonly Lock _lock = new();
    private readonly Lock _pendingLock = new();
    private Stripe[] _stripes = [new(layout, remainder)];
    private MonitoringWindow? _pending;
    private long _skippedRows;
    private long _skippedCalls;

    /// <summary>The number of stripes.</summary>
    public int Count => Volatile.Read(ref _stripes).Length;

    /// <summary>Takes a stripe; null if all are held, in which case the call is counted by <see cref="Skip"/>.</summary>
    public Stripe? Take()
    {
        var spin = new SpinWait();
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            Stripe[] stripes = Volatile.Read(ref _stripes);
            if (TryTake(stripes) is { } stripe)
            {
                return stripe;
            }

            if (stripes.Length < s_most && Grow(stripes) is { } added)
            {
                return added;
            }

            spin.SpinOnce(sleep1Threshold: -1);
        }

        return null;
    }

    /// <summary>Empties a stripe that its owner has filled.</summary>
    public void EmptyIfFull(Stripe stripe)
    {
        if (stripe.Rows >= Stripe.MaxRows)
        {
            lock (_pendingLock)
            {
                stripe.EmptyInto(_pending ??= new MonitoringWindow(layout));
            }
        }
    }

    /// <summary>Counts a call that got no stripe.</summary>
    public void Skip(int rows)
    {
        Interlocked.Add(ref _skippedRows, rows);
        Interlocked.Increment(ref _skippedCalls);
    }

    /// <summary>Moves everything counted so far to a new window, without times. Stripes that were not used since the last time are dropped, all but one.</summary>
    public MonitoringWindow Drain()
    {
        MonitoringWindow window;
        lock (_pendingLock)
        {
            window = _pending ?? new MonitoringWindow(layout);
            _pending = null;
        }

        List<Stripe>? idle = null;
        Stripe[] stripes = Volatile.Read(ref _stripes);
        foreach (Stripe stripe in stripes)
        {
            var spin = new SpinWait();
            while (!stripe.TryTake())
            {
                spin.SpinOnce();
            }

            if (!stripe.IsUsed && (idle?.Count ?? 0) < stripes.Length - 1)
            {
                // It stays taken: nobody who still sees it takes it.
                (idle ??= []).Add(stripe);
                continue;
            }

            stripe.EmptyInto(window);
            stripe.Release();
        }

        if (idle is not null)
        {
            lock (_lock)
            {
                Volatile.Write(ref _stripes, [.. _stripes.Except(idle)]);
            }
        }

        window.RowsSeen += Interlocked.Exchange(ref _skippedRows, 0);
        window.Calls += Interlocked.Exchange(ref _skippedCalls, 0);
        return window;
    }

    // First those that no other processor begins with: counters that two of them write to in turn are passed from cache to cache.
    private static Stripe? TryTake(Stripe[] stripes)
    {
        if (stripes.Length == 1)
        {
            return stripes[0].TryTake() ? stripes[0] : null;
        }

        int own = (int)((uint)Thread.GetCurrentProcessorId() % (uint)Math.Min(Environment.ProcessorCount, stripes.Length));
        for (int i = own; i < stripes.Length; i += Environment.ProcessorCount)
        {
            if (stripes[i].TryTake())
            {
                return stripes[i];
            }
        }

        foreach (Stripe stripe in stripes)
        {
            if (stripe.TryTake())
            {
                return stripe;
            }
        }

        return null;
    }

    private Stripe? Grow(Stripe[] seen)
    {
        lock (_lock)
        {
            if (_stripes != seen)
            {
                return null;
            }

            var added = new Stripe(layout, remainder);
            added.TryTake();
            Volatile.Write(ref _stripes, [.. seen, added]);
            return added;
        }
    }
}
