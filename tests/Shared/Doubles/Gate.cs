namespace Inference.TestSupport;

/// <summary>Holds work until the test lets it go. Open at first.</summary>
public sealed class Gate
{
    private readonly Lock _lock = new();
    private TaskCompletionSource? _closed;
    private int _waiting;

    /// <summary>How many are held now.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Holds what comes from now on.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _closed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Lets go what is held and what comes from now on.</summary>
    public void Open()
    {
        TaskCompletionSource? closed;
        lock (_lock)
        {
            closed = _closed;
            _closed = null;
        }

        closed?.TrySetResult();
    }

    /// <summary>Lets go what is held now; what comes later is held again.</summary>
    public void Pulse()
    {
        TaskCompletionSource? closed;
        lock (_lock)
        {
            closed = _closed;
            _closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        closed?.TrySetResult();
    }

    /// <summary>Passes the gate: completed where it is open.</summary>
    public ValueTask PassAsync(CancellationToken cancellationToken = default)
    {
        TaskCompletionSource? closed;
        lock (_lock)
        {
            closed = _closed;
        }

        return closed is null ? default : WaitAsync(closed.Task, cancellationToken);
    }

    private async ValueTask WaitAsync(Task open, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _waiting);
        try
        {
            await open.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }
}
