namespace Inference.OnnxRuntime.Native;

/// <summary>Counts runs in flight and lets disposal wait for the last one.</summary>
internal sealed class RunGate
{
    private const int Closed = int.MinValue;
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _state;

    /// <summary>Begins a run.</summary>
    /// <exception cref="ObjectDisposedException">The gate is closed.</exception>
    public void Enter(object owner)
    {
        if (Interlocked.Increment(ref _state) < 0)
        {
            Exit();
            throw new ObjectDisposedException(owner.GetType().Name);
        }
    }

    /// <summary>Ends a run.</summary>
    public void Exit()
    {
        if (Interlocked.Decrement(ref _state) == Closed)
        {
            _drained.TrySetResult();
        }
    }

    /// <summary>Lets no run begin any more; completes when the last one has ended.</summary>
    /// <param name="first">Whether this call closed the gate.</param>
    public Task Close(out bool first)
    {
        int before = Interlocked.Or(ref _state, Closed);
        first = before >= 0;
        if (before == 0)
        {
            _drained.TrySetResult();
        }

        return _drained.Task;
    }
}
