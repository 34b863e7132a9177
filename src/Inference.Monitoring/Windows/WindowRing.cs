namespace Inference.Monitoring.Windows;

/// <summary>
/// Windows of the last 60 minutes by bucket, of 48 hours by hour and of 35 days by day. An hour is merged from its buckets when it is over, a day from its hours; both are found again after a restart. A window that
/// cannot be read is left out and reported. Not thread-safe.
/// </summary>
internal sealed class WindowRing(WindowLayout layout, IWindowStore store, Action<string> report)
{
    private static readonly TimeSpan s_hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan s_day = TimeSpan.FromDays(1);

    // How long each tier is kept; the stated history of monitoring.
    private static readonly TimeSpan[] s_kept = [TimeSpan.FromMinutes(60), TimeSpan.FromHours(48), TimeSpan.FromDays(35)];

    /// <summary>Adds a bucket; one without calls is left out.</summary>
    /// <exception cref="MonitoringException">The store cannot be written.</exception>
    public void Add(MonitoringWindow bucket)
    {
        if (bucket.Calls + bucket.FailedCalls > 0)
        {
            // Two buckets that a clock going back gave one start are one.
            var key = new WindowKey(WindowTier.Bucket, bucket.Start);
            MonitoringWindow whole = bucket;
            if (Read(key) is { } before)
            {
                before.Merge(bucket);
                whole = before;
            }

            store.Write(key, whole.ToArray());
        }

        RollUp(bucket.End);
    }

    /// <summary>Merges what is over at a time into hours and days, and removes what is no longer kept.</summary>
    /// <exception cref="MonitoringException">The store cannot be listed or written.</exception>
    public void RollUp(DateTimeOffset now)
    {
        RollUp(WindowTier.Bucket, WindowTier.Hour, s_hour, now);
        RollUp(WindowTier.Hour, WindowTier.Day, s_day, now);
        HashSet<WindowKey> keys = [.. store.List()];
        foreach (WindowKey key in keys)
        {
            // A part of an hour or day that is not merged yet is kept.
            bool merged = key.Tier == WindowTier.Day || keys.Contains(ParentOf(key));
            if (merged && EndOf(key) < now - s_kept[(int)key.Tier])
            {
                store.Remove(key);
            }
        }
    }

    /// <summary>The sum of all windows from a time to another: days and hours that lie between, and buckets that start there, for as long as they are kept. Null if there is none.</summary>
    /// <exception cref="MonitoringException">The store cannot be listed.</exception>
    public MonitoringWindow? Between(DateTimeOffset from, DateTimeOffset to)
    {
        MonitoringWindow? sum = null;
        var chosen = new HashSet<WindowKey>();
        foreach (WindowKey key in store.List().OrderByDescending(static k => k.Tier).ThenBy(static k => k.Start))
        {
            bool inside = key.Start >= from && (key.Tier == WindowTier.Bucket ? key.Start < to : EndOf(key) <= to);
            bool contained = key.Tier != WindowTier.Day && (chosen.Contains(ParentOf(key)) || (key.Tier == WindowTier.Bucket && chosen.Contains(ParentOf(ParentOf(key)))));
            if (inside && !contained && Read(key) is { } window)
            {
                chosen.Add(key);
                if (sum is null)
                {
                    sum = window;
                }
                else
                {
                    sum.Merge(window);
                }
            }
        }

        return sum;
    }

    private void RollUp(WindowTier parts, WindowTier whole, TimeSpan span, DateTimeOffset now)
    {
        IReadOnlyList<WindowKey> keys = store.List();
        HashSet<WindowKey> known = [.. keys];
        foreach (IGrouping<WindowKey, WindowKey> part in keys.Where(k => k.Tier == parts).GroupBy(ParentOf))
        {
            if (known.Contains(part.Key) || part.Key.Start + span > now)
            {
                continue;
            }

            MonitoringWindow? sum = null;
            foreach (WindowKey key in part.OrderBy(static k => k.Start))
            {
                if (Read(key) is not { } window)
                {
                    // Removed, so that it is reported once.
                    store.Remove(key);
                }
                else if (sum is null)
                {
                    sum = window;
                }
                else
                {
                    sum.Merge(window);
                }
            }

            if (sum is not null)
            {
                store.Write(new WindowKey(whole, part.Key.Start), sum.ToArray());
            }
        }
    }

    private MonitoringWindow? Read(WindowKey key)
    {
        try
        {
            return store.Read(key) is { } bytes ? WindowCodec.Read($"Window of {key.Start:u}", bytes, layout) : null;
        }
        catch (MonitoringException exception)
        {
            report(exception.Message);
            return null;
        }
    }

    private static WindowKey ParentOf(WindowKey key) => key.Tier == WindowTier.Bucket
        ? new WindowKey(WindowTier.Hour, Floor(key.Start, s_hour))
        : new WindowKey(WindowTier.Day, Floor(key.Start, s_day));

    private static DateTimeOffset EndOf(WindowKey key) => key.Tier switch
    {
        WindowTier.Bucket => key.Start,
        WindowTier.Hour => key.Start + s_hour,
        _ => key.Start + s_day,
    };

    private static DateTimeOffset Floor(DateTimeOffset time, TimeSpan span) => new(time.UtcTicks / span.Ticks * span.Ticks, TimeSpan.Zero);
}
