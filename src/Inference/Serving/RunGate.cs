namespace Inference.Serving;

/// <summary>Counts runs in flight so that they can finish after disposal, and reuses the working objects of runs. A run without concurrent runs costs one interlocked operation. Thread-safe.</summary>
/// <remarks>
/// One of those objects is the token: it counts as one run as long as the gate is open, so that the run that uses it need not be counted. It is either in <c>_idle</c> or used by one thread, because it is taken out
/// only by an exchange; the thread that takes it out of a closed gate decrements the count, once. A run puts it back with a plain write and then checks whether the gate was closed. Closing marks the gate, issues a
/// process-wide barrier, and takes the token out: either the run's write precedes the barrier and closing finds the token, or its check follows it and the run finds the mark.
/// </remarks>
internal sealed class RunGate
{
    private const long Closed = 1L << 62;
    private const long Released = Closed + (1L << 40);
    private readonly string _model;
    private readonly Func<object> _make;
    private readonly Action _release;
    private readonly object _token;
    private object? _idle;
    private object? _spare;
    private long _state = 1;

    /// <summary>Makes an open gate.</summary>
    /// <param name="model">The model's name, for messages.</param>
    /// <param name="make">Creates the working object of one run at a time.</param>
    /// <param name="release">Called once, when the gate is closed and the last run has ended.</param>
    public RunGate(string model, Func<object> make, Action release)
    {
        _model = model;
        _make = make;
        _release = release;
        _idle = _token = make();
    }

    /// <summary>Enters a run.</summary>
    /// <returns>The working object, to be returned with <see cref="Exit"/>.</returns>
    /// <exception cref="ObjectDisposedException">The runner was disposed.</exception>
    public object Enter()
    {
        if (Volatile.Read(ref _idle) is null || Interlocked.Exchange(ref _idle, null) is not { } call)
        {
            call = Interlocked.Exchange(ref _spare, null) ?? _make();
            Hold();
        }
        else if (Volatile.Read(ref _state) >= Closed)
        {
            Drop();
            ThrowDisposed();
        }

        return call;
    }

    /// <summary>Leaves a run.</summary>
    public void Exit(object call)
    {
        if (call != _token)
        {
            Volatile.Write(ref _spare, call);
            Drop();
            return;
        }

        Volatile.Write(ref _idle, call);
        if (Volatile.Read(ref _state) >= Closed)
        {
            TakeToken();
        }
    }

    /// <summary>Keeps the model until <see cref="Drop"/>.</summary>
    /// <exception cref="ObjectDisposedException">The runner was disposed.</exception>
    public void Hold()
    {
        if (Interlocked.Increment(ref _state) > Closed)
        {
            Drop();
            ThrowDisposed();
        }
    }

    /// <summary>Ends a <see cref="Hold"/>.</summary>
    public void Drop()
    {
        // The count stays above this value after the release, so that late calls are rejected and the release happens once.
        if (Interlocked.Decrement(ref _state) == Closed && Interlocked.CompareExchange(ref _state, Released, Closed) == Closed)
        {
            _release();
        }
    }

    /// <summary>Prevents further runs and releases the resources when the last one has ended.</summary>
    public void Close()
    {
        if (Interlocked.Or(ref _state, Closed) < Closed)
        {
            Interlocked.MemoryBarrierProcessWide();
            TakeToken();
        }
    }

    private void TakeToken()
    {
        if (Interlocked.Exchange(ref _idle, null) is not null)
        {
            Drop();
        }
    }

    private void ThrowDisposed() => throw new ObjectDisposedException($"IModelRunner '{_model}'", "The runner was disposed; load the model again to run it.");
}
