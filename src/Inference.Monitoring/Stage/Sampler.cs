using System.Runtime.InteropServices;

namespace Inference.Monitoring.Stage;

/// <summary>
/// Chooses the calls whose rows are counted, so that monitoring takes at most a share of the calls' own time: some calls are timed, and of all calls those are counted whose prediction id has a hash below
/// share · 2⁶⁴. Thread-safe.
/// </summary>
/// <remarks>With T, C and P the mean times of a call, of counting one and of passing over one, and F what monitoring takes of each call besides, budget · T = F + P + share · (C − P).</remarks>
internal sealed class Sampler
{
    // One call in so many is timed: readings of the clock, about 75 ns, are then about 1 ns a call.
    private const uint TimedCalls = 64;

    // However slow counting is, some rows are counted.
    private const double MinShare = 1.0 / 1024;

    // What a call through the stage takes besides, in seconds, and how often a timed call reads the clock.
    private const double CallSeconds = 3e-9;
    private const int Readings = 3;

    // A call that is timed is counted, whatever the share, if none was for so long: few calls would otherwise never tell that counting has become cheap.
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(10);

    private readonly double _reading;
    private readonly double _fixed;
    private readonly Lock _lock = new();
    private TimeMean _call = new();
    private TimeMean _count = new();
    private TimeMean _pass = new();
    private double _share = 1;
    private bool _timesNext = true;

    /// <param name="reading">The time of one reading of the clock, in its ticks: the part of each timing that is the timing's own.</param>
    /// <param name="frequency">The ticks of a second.</param>
    public Sampler(double reading, long frequency)
    {
        _reading = reading;
        _fixed = reading == 0 ? 0 : (CallSeconds * frequency) + (reading * Readings / TimedCalls);
    }

    /// <summary>The share of calls that is counted.</summary>
    public double Share => Volatile.Read(ref _share);

    /// <summary>Whether so few calls are counted that counting is timed for each of them.</summary>
    public bool TimesEachCount => Share < 1.0 / TimedCalls;

    /// <summary>Creates a sampler for a clock.</summary>
    public static Sampler For(TimeProvider clock)
    {
        // The shortest of some readings: what interrupts one only makes it longer.
        long shortest = long.MaxValue, before = clock.GetTimestamp();
        for (int i = 0; i < 16; i++)
        {
            long now = clock.GetTimestamp();
            shortest = Math.Min(shortest, now - before);
            before = now;
        }

        return new Sampler(Math.Max(shortest, 0), clock.TimestampFrequency);
    }

    /// <summary>Whether the call that begins is timed: the one after each call of which <see cref="Advance"/> decides so.</summary>
    public bool TakeTiming()
    {
        if (!Volatile.Read(ref _timesNext))
        {
            return false;
        }

        Volatile.Write(ref _timesNext, false);
        return true;
    }

    /// <summary>Decides whether the next call is timed: after one in 64.</summary>
    /// <param name="place">A number of the call that is spread evenly over 32 bits.</param>
    public void Advance(uint place)
    {
        if (place < uint.MaxValue / TimedCalls)
        {
            Volatile.Write(ref _timesNext, true);
        }
    }

    /// <summary>Whether a call is counted.</summary>
    /// <param name="context">The call's context; null for none: it has no id that could be asked about later, and any uniform number does.</param>
    /// <param name="place">A number of the call that is spread evenly over 32 bits.</param>
    public bool Takes(RunContext? context, uint place)
    {
        double share = Share;
        return share >= 1 || (context is null ? Mix(place) : Hash(context)) < (ulong)(share * ulong.MaxValue);
    }

    /// <summary>Whether a timed call is counted although it is not in the sample.</summary>
    /// <param name="sinceCounted">The time since counting was timed last.</param>
    public static bool IsDue(TimeSpan sinceCounted) => sinceCounted > s_longest;

    /// <summary>Adds the times of a call, in ticks of the clock.</summary>
    /// <param name="call">The time of the call itself; null if it was not timed.</param>
    /// <param name="own">The time of counting it, or of passing over it.</param>
    /// <param name="counted">Whether it was counted.</param>
    /// <param name="budget">The largest ratio; null for no limit.</param>
    public void Add(long? call, long own, bool counted, double? budget)
    {
        lock (_lock)
        {
            bool changed = call is { } ticks && _call.Add(Less(ticks));
            changed |= counted ? _count.Add(Less(own)) : _pass.Add(Less(own));
            if (changed && _call.Value >= 0 && _count.Value >= 0)
            {
                Volatile.Write(ref _share, ShareOf(budget));
            }
        }
    }

    private double ShareOf(double? budget)
    {
        // Until passing over calls was timed, it is taken to be for nothing: calls are then passed over, and it is timed.
        double pass = Math.Clamp(_pass.Value, 0, _count.Value), more = _count.Value - pass;
        double spare = budget is { } limit ? (limit * _call.Value) - _fixed - pass : double.PositiveInfinity;
        return spare <= 0 ? MinShare : spare >= more ? 1 : Math.Max(spare / more, MinShare);
    }

    // A clock may be too coarse for what it takes itself.
    private double Less(long ticks) => Math.Max(ticks - _reading, ticks / 4.0);

    private static ulong Hash(RunContext context)
    {
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
