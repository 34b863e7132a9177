namespace Inference.Serving;

/// <summary>Counts runs in flight so that disposing lets them finish; keeps what runs work with from one to the next. A run beside no other costs one interlocked step. Thread-safe.</summary>
/// <remarks>
/// One of those objects is the token: it counts as one run as long as the gate is open, so that the run that has it need not be counted. It lies in <c>_idle</c> or is in one thread's hands, as it is taken out
/// by exchange alone; whoever takes it out of a closed gate counts it out, once. A run puts it back by a plain write and looks then whether the gate was closed. Closing marks the gate, lets a barrier
/// pass through all threads of the process, and takes the token out: either the run's write is before the barrier, and closing finds the token, or its look is after it, and the run finds the mark.
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
    /// <param name="make">Makes what one run at a time works with.</param>
    /// <param name="release">Called once, when the gate is closed and the last run is out.</param>
    public RunGate(string model, Func<object> make, Action release)
    {
        _model = model;
        _make = make;
        _release = release;
        _idle = _token = make();
    }

    /// <summary>Enters a run.</summary>
    /// <returns>What it works with; goes back by <see cref="Exit"/>.</returns>
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
        // What is released stays above, so that late calls are turned away and the release happens once.
        if (Interlocked.Decrement(ref _state) == Closed && Interlocked.CompareExchange(ref _state, Released, Closed) == Closed)
        {
            _release();
        }
    }

    /// <summary>Lets no run in any more and releases when the last one is out.</summary>
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
