using Inference.Monitoring.Windows;

namespace Inference.Monitoring.Collection;

/// <summary>As many stripes as threads count at once. Thread-safe.</summary>
internal sealed class StripeSet(WindowLayout layout, int remainder)
{
    // More threads than twice the processors do not run at once; those that are interrupted while they hold a stripe are few. A stripe is held for a fraction of a call, and each takes memory for every cell and segment.
    private static readonly int s_most = Math.Clamp(2 * Environment.ProcessorCount, 4, 8);

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
            int first = stripes.Length == 1 ? 0 : (int)((uint)Thread.GetCurrentProcessorId() % (uint)stripes.Length);
            for (int i = 0; i < stripes.Length; i++)
            {
                Stripe stripe = stripes[first];
                if (stripe.TryTake())
                {
                    return stripe;
                }

                first = first + 1 == stripes.Length ? 0 : first + 1;
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
