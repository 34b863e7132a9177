using System.Runtime.InteropServices;

namespace Inference.Monitoring.Stage;

/// <summary>
/// Chooses the calls whose rows are counted, so that counting takes at most a share of the calls' own time: some calls are timed, and of all calls those are counted whose prediction id has a hash below
/// share · 2⁶⁴. Thread-safe.
/// </summary>
internal sealed class Sampler
{
    // One call in so many is timed: two readings of the clock, about 50 ns, are then below 1 ns a call.
    private const int TimedCalls = 64;

    // Timings before the share is set: the first calls wait for the compiler.
    private const int MinTimings = 32;

    // However slow counting is, some rows are counted.
    private const double MinShare = 1.0 / 1024;

    [ThreadStatic]
    private static uint t_calls;

    // A thread that is interrupted for milliseconds within a call must not count as so many calls.
    private const int MostOfMean = 16;
    private readonly Lock _lock = new();
    private long _callTicks;
    private long _countTicks;
    private int _timings;
    private double _share = 1;

    /// <summary>The share of calls that is counted.</summary>
    public double Share => Volatile.Read(ref _share);

    /// <summary>Whether the call that begins is timed.</summary>
    public static bool IsTimed => (t_calls++ & (TimedCalls - 1)) == 0;

    /// <summary>Whether a call is counted.</summary>
    public bool Takes(RunContext? context)
    {
        double share = Share;
        return share >= 1 || Hash(context) < (ulong)(share * ulong.MaxValue);
    }

    /// <summary>Adds a timed call.</summary>
    /// <param name="call">The time of the call itself, in ticks of the clock.</param>
    /// <param name="count">The time of counting it.</param>
    /// <param name="budget">The largest ratio; null for no limit.</param>
    public void Add(long call, long count, double? budget)
    {
        lock (_lock)
        {
            _callTicks += Limit(call, _callTicks);
            _countTicks += Limit(count, _countTicks);
            if (++_timings < MinTimings)
            {
                return;
            }

            double share = budget is not { } limit || _countTicks <= 0 ? 1 : limit * _callTicks / _countTicks;
            Volatile.Write(ref _share, Math.Clamp(share, MinShare, 1));

            // The mean forgets: half of the weight is on the last timings.
            _callTicks /= 2;
            _countTicks /= 2;
            _timings /= 2;
        }
    }

    private long Limit(long ticks, long sum) => _timings < MinTimings / 2 ? ticks : Math.Min(ticks, MostOfMean * Math.Max(sum / _timings, 1));

    // Without a context, a call has no id that could be asked about later: any uniform number does.
    private static ulong Hash(RunContext? context)
    {
        if (context is null)
        {
            return Mix(((ulong)Environment.CurrentManagedThreadId << 32) + t_calls);
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
