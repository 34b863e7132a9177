using Inference.Versioning.Leasing;
using Inference.Versioning.Shadow;
using Inference.Versioning.Telemetry;

namespace Inference.Versioning.Canary;

/// <summary>Runs copies of answered calls on a new canary before it receives calls, so that its caches, queues and plans are not compared with those of a version that has served for long. Thread-safe.</summary>
internal sealed class CanaryWarmup
{
    // Calls, for each copy: most were not copied because the canary did not answer.
    private const int MostOffers = 10;

    // A canary that does not get so many copies, because there is little traffic or because it does not answer, is tried nevertheless.
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(1);

    private readonly int _copies;
    private readonly ShadowLane _lane;
    private readonly TimeProvider _clock;
    private readonly long _started;
    private long _offers;
    private bool _ended;

    /// <param name="slot">The canary.</param>
    /// <param name="copies">How many copies are run.</param>
    /// <param name="shadow">The limits of copies.</param>
    /// <param name="instruments">Count the copies.</param>
    /// <param name="clock">The clock.</param>
    public CanaryWarmup(VersionSlot slot, int copies, ShadowOptions shadow, VersioningInstruments instruments, TimeProvider clock)
    {
        _copies = copies;
        _clock = clock;
        _started = clock.GetTimestamp();
        _lane = new ShadowLane(
            slot,
            new ShadowOptions
            {
                MaxInFlight = shadow.MaxInFlight,
                MaxBytes = shadow.MaxBytes,
                Timeout = shadow.Timeout,
                RelativeTolerance = shadow.RelativeTolerance,
                AbsoluteTolerance = shadow.AbsoluteTolerance,
            },
            instruments,
            clock);
    }

    /// <summary>Whether enough copies have ended, or the time is up.</summary>
    public bool HasEnded
    {
        get
        {
            if (!Volatile.Read(ref _ended) && (_lane.Ended >= _copies || Volatile.Read(ref _offers) >= (long)_copies * MostOffers || _clock.GetElapsedTime(_started) >= s_longest))
            {
                Volatile.Write(ref _ended, true);
            }

            return Volatile.Read(ref _ended);
        }
    }

    /// <summary>Copies an answered call.</summary>
    public void Offer(NamedValues inputs, NamedValues outputs, RunContext? context, string servedBy)
    {
        Interlocked.Increment(ref _offers);
        _lane.Offer(inputs, outputs, context, servedBy);
    }

    /// <summary>Ends it, and cancels what runs.</summary>
    public void End()
    {
        Volatile.Write(ref _ended, true);
        _lane.Stop();
    }
}
