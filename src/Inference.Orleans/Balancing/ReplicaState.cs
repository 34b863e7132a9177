using Inference.Orleans.Grains;

namespace Inference.Orleans.Balancing;

/// <summary>What a caller knows of a replica. Thread-safe.</summary>
internal sealed class ReplicaState(int number, IReplicaGrain grain, TimeProvider clock)
{
    // A silo that was lost is back after seconds: after the first failures it is asked again soon, then once a second.
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(20);

    // What a call to a silo that is away still costs, once a second, is little.
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(1);

    // A depth that nobody has confirmed lately says nothing.
    private static readonly TimeSpan s_fresh = TimeSpan.FromSeconds(1);

    // As long as a silo is missed before it is declared dead, about.
    private static readonly TimeSpan s_lostPause = TimeSpan.FromSeconds(1);

    private int _inFlight;
    private int _depth;
    private int _failures;
    private long _heardAt;
    private long _awayUntil;

    public int Number => number;

    public IReplicaGrain Grain => grain;

    /// <summary>Calls that are waiting there: those it last told of, and our own since.</summary>
    public int Score
    {
        get
        {
            int own = Volatile.Read(ref _inFlight);
            long heard = Volatile.Read(ref _heardAt);
            return heard != 0 && clock.GetElapsedTime(heard) < s_fresh ? Math.Max(own, Volatile.Read(ref _depth)) : own;
        }
    }

    /// <summary>How long it is not called after failures; zero or less if it is called.</summary>
    public TimeSpan Away => Volatile.Read(ref _awayUntil) is var until and not 0 ? clock.GetElapsedTime(clock.GetTimestamp(), until) : TimeSpan.Zero;

    public void Begin() => Interlocked.Increment(ref _inFlight);

    public void End() => Interlocked.Decrement(ref _inFlight);

    /// <summary>It replied.</summary>
    /// <param name="depth">The calls that it has.</param>
    public void Heard(int depth)
    {
        Volatile.Write(ref _depth, depth);
        Volatile.Write(ref _heardAt, clock.GetTimestamp());
        Volatile.Write(ref _failures, 0);
        Volatile.Write(ref _awayUntil, 0);
    }

    /// <summary>It did not reply, or is going away: it is not called for a time that doubles.</summary>
    public void Failed()
    {
        int failures = Interlocked.Increment(ref _failures);
        TimeSpan pause = s_firstPause * Math.Pow(2, Math.Min(failures - 1, 10));
        Pause(pause < s_longestPause ? pause : s_longestPause);
    }

    /// <summary>It is out of reach: calls go elsewhere for a time.</summary>
    public void Lost() => Pause(s_lostPause);

    private void Pause(TimeSpan pause) => Volatile.Write(ref _awayUntil, clock.GetTimestamp() + (long)(pause.TotalSeconds * clock.TimestampFrequency));
}
