using Inference.Monitoring.Windows;

namespace Inference.Monitoring.Collection;

/// <summary>As many stripes as threads count at once. Thread-safe.</summary>
internal sealed class StripeSet(WindowLayout layout, int remainder)
{
    // More threads than this do not run at once on the processors; those that are interrupted while they hold a stripe are few.
    private static readonly int s_most = Math.Max(2 * Environment.ProcessorCount, 4);

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

    /// <summary>Releases a stripe, emptied if it is full.</summary>
    public void Return(Stripe stripe)
    {
        if (stripe.Rows >= Stripe.MaxRows)
        {
            lock (_pendingLock)
            {
                stripe.EmptyInto(_pending ??= new MonitoringWindow(layout));
            }
        }

        stripe.Release();
    }

    /// <summary>Counts a call that got no stripe.</summary>
    public void Skip(int rows)
    {
        Interlocked.Add(ref _skippedRows, rows);
        Interlocked.Increment(ref _skippedCalls);
    }

    /// <summary>Moves everything counted so far to a new window, without times.</summary>
    public MonitoringWindow Drain()
    {
        MonitoringWindow window;
        lock (_pendingLock)
        {
            window = _pending ?? new MonitoringWindow(layout);
            _pending = null;
        }

        foreach (Stripe stripe in Volatile.Read(ref _stripes))
        {
            var spin = new SpinWait();
            while (!stripe.TryTake())
            {
                spin.SpinOnce();
            }

            stripe.EmptyInto(window);
            stripe.Release();
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
