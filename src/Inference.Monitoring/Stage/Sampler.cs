using System.Runtime.InteropServices;

namespace Inference.Monitoring.Stage;

/// <summary>
/// Chooses the calls whose rows are counted, so that counting takes at most a share of the calls' own time: some calls are timed, and of all calls those are counted whose prediction id has a hash below
/// share · 2⁶⁴. Thread-safe.
/// </summary>
internal sealed class Sampler
{
    // One call in so many is timed: two readings of the clock, about 50 ns, are then below 1 ns a call.
    private const uint TimedCalls = 64;

    // However slow counting is, some rows are counted.
    private const double MinShare = 1.0 / 1024;

    // 2³² ÷ φ: multiples of it are spread evenly, whichever of them a model's calls take.
    private const uint Step = 0x9E3779B9;

    // A call that is timed is counted, whatever the share, if none was for so long: few calls would otherwise never tell that counting has become cheap.
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(10);

    [ThreadStatic]
    private static uint t_calls;

    private readonly Lock _lock = new();
    private TimeMean _call = new();
    private TimeMean _count = new();
    private double _share = 1;

    /// <summary>The share of calls that is counted.</summary>
    public double Share => Volatile.Read(ref _share);

    /// <summary>Whether the call that begins is timed: one in 64 of each model's, however the calls of models alternate on a thread.</summary>
    public static bool IsTimed
    {
        get
        {
            uint place = t_calls;
            t_calls = place + Step;
            return place < uint.MaxValue / TimedCalls;
        }
    }

    /// <summary>Whether so few calls are counted that counting is timed for each of them.</summary>
    public bool TimesEachCount => Share < 1.0 / TimedCalls;

    /// <summary>Whether a call is counted.</summary>
    public bool Takes(RunContext? context)
    {
        double share = Share;
        return share >= 1 || Hash(context) < (ulong)(share * ulong.MaxValue);
    }

    /// <summary>Whether a timed call is counted although it is not in the sample.</summary>
    /// <param name="sinceCounted">The time since counting was timed last.</param>
    public static bool IsDue(TimeSpan sinceCounted) => sinceCounted > s_longest;

    /// <summary>Adds the times of a call.</summary>
    /// <param name="call">The time of the call itself, in ticks of the clock; null if it was not timed.</param>
    /// <param name="count">The time of counting it; null if it was not counted.</param>
    /// <param name="budget">The largest ratio; null for no limit.</param>
    public void Add(long? call, long? count, double? budget)
    {
        lock (_lock)
        {
            bool changed = call is { } callTicks && _call.Add(callTicks);
            changed |= count is { } countTicks && _count.Add(countTicks);
            if (changed && _call.Value >= 0 && _count.Value >= 0)
            {
                double share = budget is not { } limit || _count.Value <= 0 ? 1 : limit * _call.Value / _count.Value;
                Volatile.Write(ref _share, Math.Clamp(share, MinShare, 1));
            }
        }
    }

    // Without a context, a call has no id that could be asked about later: any uniform number does.
    private static ulong Hash(RunContext? context)
    {
        if (context is null)
        {
            return Mix(((ulong)Environment.CurrentManagedThreadId << 32) + (t_calls += Step));
        }

        Guid id = context.Record.PredictionId;
        return Mix(MemoryMarshal.Cast<Guid, ulong>(new ReadOnlySpan<Guid>(in id))[1]);
    }

    // The finaliser of SplitMix64.
    private static ulong Mix(ulong x)
    {
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }
}
