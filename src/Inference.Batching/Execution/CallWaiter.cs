using Inference.Batching.Queue;

namespace Inference.Batching.Execution;

/// <summary>A thread that waits for its call, and may be given the forming of batches meanwhile.</summary>
internal sealed class CallWaiter(PendingCall call)
{
    private static readonly TimeSpan s_millisecond = TimeSpan.FromMilliseconds(1);
    private readonly ManualResetEventSlim _news = new();
    private readonly int _thread = Environment.CurrentManagedThreadId;

    /// <summary>What it waits for.</summary>
    public PendingCall Call { get; } = call;

    /// <summary>Batches that it was asked to form and has not begun. Under the lock of <see cref="SlotDesk"/>, like <see cref="IsIdle"/>.</summary>
    public int Slots { get; set; }

    /// <summary>Whether it stands in the list of those that wait.</summary>
    public bool IsIdle { get; set; }

    /// <summary>Whether the current thread is its own.</summary>
    public bool IsHere => Environment.CurrentManagedThreadId == _thread;

    /// <summary>Something changed: it looks again.</summary>
    public void Wake() => _news.Set();

    /// <summary>From here on news is noted, before the state is looked at.</summary>
    public void Listen() => _news.Reset();

    /// <summary>Waits for news, or for a time. What is left of a millisecond is waited out by yielding: waits of the system count whole ones.</summary>
    /// <param name="left">The time that is left, asked again while it is short; null for ever.</param>
    public void Wait(Func<TimeSpan?>? left)
    {
        if (left?.Invoke() is not { } time)
        {
            _news.Wait();
            return;
        }

        if (time >= s_millisecond)
        {
            _news.Wait((int)Math.Min(time.TotalMilliseconds, int.MaxValue));
            return;
        }

        while (!_news.IsSet && left() is { } rest && rest > TimeSpan.Zero && rest < s_millisecond)
        {
            if (!Thread.Yield())
            {
                Thread.SpinWait(16);
            }
        }
    }
}
