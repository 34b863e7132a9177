using Inference.Remote.Transport;

namespace Inference.Remote.Endpoints;

/// <summary>One server, with what is known of it. Thread-safe.</summary>
internal sealed class Endpoint(Uri address, IRemoteTransport transport, RemoteModelOptions options, TimeProvider clock)
{
    // 16 times, as the option says.
    private const int MostDoublings = 4;
    private readonly Lock _lock = new();
    private int _inFlight;
    private int _failures;
    private long _ejectedAt;
    private TimeSpan _ejectedFor;

    /// <summary>Its address.</summary>
    public Uri Address => address;

    /// <summary>How it is called.</summary>
    public IRemoteTransport Transport => transport;

    /// <summary>The number of calls in flight.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>Whether it is not called at present because of its failures.</summary>
    public bool IsEjected
    {
        get
        {
            lock (_lock)
            {
                return _ejectedFor > TimeSpan.Zero && clock.GetElapsedTime(_ejectedAt) < _ejectedFor;
            }
        }
    }

    /// <summary>Begins a call.</summary>
    public void Begin() => Interlocked.Increment(ref _inFlight);

    /// <summary>Ends a call.</summary>
    /// <param name="failed">Whether the server failed; null if nothing is known, as for a call that was cancelled.</param>
    public void End(bool? failed)
    {
        Interlocked.Decrement(ref _inFlight);
        if (failed is not { } isFailure)
        {
            return;
        }

        lock (_lock)
        {
            if (!isFailure)
            {
                _failures = 0;
                _ejectedFor = TimeSpan.Zero;
                return;
            }

            _failures = Math.Min(_failures + 1, options.EjectAfter + MostDoublings);
            if (_failures >= options.EjectAfter)
            {
                // Calls that were in flight when it was ejected do not eject it for longer.
                if (_ejectedFor > TimeSpan.Zero && clock.GetElapsedTime(_ejectedAt) < _ejectedFor)
                {
                    _failures--;
                    return;
                }

                _ejectedAt = clock.GetTimestamp();
                _ejectedFor = options.EjectionTime * (1 << (_failures - options.EjectAfter));
            }
        }
    }
}
