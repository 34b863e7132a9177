namespace Inference.Graph;

/// <summary>
/// What can stop the loading or planning that this thread does: a token, and a time. Kept by thread like <see cref="MemoryLimit"/>, as import, passes and planning
/// know nothing of calls. Runs of kernels have a control of their own.
/// </summary>
internal static class WorkLimit
{
    [ThreadStatic]
    private static CancellationToken t_token;

    // 0, the value on a thread that entered no scope, and long.MaxValue both stand for "never".
    [ThreadStatic]
    private static long t_stopAt;

    /// <summary>Puts a limit in force on this thread until the scope is disposed; one in force already still counts.</summary>
    /// <param name="token">The caller's token.</param>
    /// <param name="stopAt">Timestamp of <see cref="TimeProvider.System"/> after which work stops; <see cref="long.MaxValue"/> for never.</param>
    public static Scope Enter(CancellationToken token, long stopAt)
    {
        var scope = new Scope(t_token, t_stopAt);
        t_token = token.CanBeCanceled ? token : t_token;
        t_stopAt = t_stopAt == 0 ? stopAt : Math.Min(stopAt, t_stopAt);
        return scope;
    }

    /// <summary>Stops the work where the limit says so; cheap enough for every node.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="DeadlineExceededException">The time is up.</exception>
    public static void ThrowIfStopped()
    {
        if (t_stopAt == 0)
        {
            return;
        }

        t_token.ThrowIfCancellationRequested();
        if (t_stopAt != long.MaxValue && TimeProvider.System.GetTimestamp() > t_stopAt)
        {
            throw new DeadlineExceededException("Preparing the model was stopped: it took longer than the limit set for it (ModelLoadOptions.MaxLoadTime, or the time of the run that needed a plan).");
        }
    }

    /// <summary>The timestamp this long from now, or halfway to the limit in force where that is sooner: for work that may be left undone.</summary>
    public static long Within(TimeSpan time)
    {
        long now = TimeProvider.System.GetTimestamp();
        long until = After(now, time);
        return t_stopAt is 0 or long.MaxValue ? until : Math.Min(until, now + Math.Max(0, t_stopAt - now) / 2);
    }

    /// <summary>The timestamp at the end of a time that starts now; <see cref="long.MaxValue"/> for no time or one beyond all clocks.</summary>
    public static long After(TimeSpan? time) => time is { } limit ? After(TimeProvider.System.GetTimestamp(), limit) : long.MaxValue;

    private static long After(long now, TimeSpan time)
    {
        double ticks = time.TotalSeconds * TimeProvider.System.TimestampFrequency;
        return ticks > long.MaxValue / 4 ? long.MaxValue : now + (long)ticks;
    }

    /// <summary>Restores the limit that was in force before.</summary>
    internal readonly ref struct Scope(CancellationToken token, long stopAt)
    {
        public void Dispose()
        {
            t_token = token;
            t_stopAt = stopAt;
        }
    }
}
