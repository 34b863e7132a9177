using Inference.AspNetCore.Models;
using Inference.AspNetCore.Rest;

namespace Inference.AspNetCore.Dashboard;

/// <summary>Looks at all models once a second while somebody listens, and keeps what the overview tells of each as JSON with the tick of its last change. All pages share it. Thread-safe.</summary>
internal sealed class ModelFeed(ModelReader reader, HistoryService history, JsonBuffers buffers, TimeProvider clock) : IDisposable
{
    // A tick without a change says that the server is there: a page that hears nothing for three of them takes the connection to be lost.
    private const int LooksPerSign = 4;

    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private FeedEntry[] _entries = [.. reader.All.Select(static m => new FeedEntry(m.Name, [], 0))];
    private TaskCompletionSource<FeedTick> _next = NewTick();
    private FeedTick? _last;
    private ITimer? _timer;
    private long _number;
    private int _unsaid;
    private int _listeners;
    private int _looking;

    /// <summary>The pages that listen.</summary>
    public int Listeners => Volatile.Read(ref _listeners);

    /// <summary>Begins to listen.</summary>
    public void Enter()
    {
        lock (_lock)
        {
            if (++_listeners == 1)
            {
                // The last tick may be long ago.
                _last = null;
                _timer = clock.CreateTimer(static state => ((ModelFeed)state!).Look(), this, TimeSpan.Zero, s_period);
            }
        }
    }

    /// <summary>Ends it.</summary>
    public void Leave()
    {
        lock (_lock)
        {
            if (--_listeners == 0)
            {
                _timer?.Dispose();
                _timer = null;
            }
        }
    }

    /// <summary>Returns the next tick after one; the present one if it is later.</summary>
    public Task<FeedTick> NextAsync(long after, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return _last is { } last && last.Number > after ? Task.FromResult(last) : _next.Task.WaitAsync(cancellationToken);
        }
    }

    public void Dispose() => _timer?.Dispose();

    /// <summary>Looks at all models.</summary>
    public void Look()
    {
        if (Interlocked.Exchange(ref _looking, 1) == 1)
        {
            return;
        }

        try
        {
            long number = _number + 1;
            var entries = new FeedEntry[_entries.Length];
            for (int i = 0; i < entries.Length; i++)
            {
                entries[i] = Look(reader.All[i], _entries[i], number);
            }

            _entries = entries;
            if (_last is not null && ++_unsaid < LooksPerSign && !Array.Exists(entries, e => e.Changed == number))
            {
                return;
            }

            (_number, _unsaid) = (number, 0);
            TaskCompletionSource<FeedTick> next;
            FeedTick tick;
            lock (_lock)
            {
                (next, _next) = (_next, NewTick());
                _last = tick = new FeedTick(number, entries);
            }

            next.SetResult(tick);
        }
        finally
        {
            Volatile.Write(ref _looking, 0);
        }
    }

    private static TaskCompletionSource<FeedTick> NewTick() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private FeedEntry Look(ServedModel model, FeedEntry before, long number)
    {
        ModelSummary summary = ModelSummary.Read(reader, model);
        JsonBuffer buffer = buffers.Rent();
        try
        {
            summary.Write(buffer.Writer, history.Of(model));
            buffer.Writer.Flush();
            ReadOnlySpan<byte> json = buffer.Written.Span;
            return json.SequenceEqual(before.Json) ? before : new FeedEntry(model.Name, json.ToArray(), number);
        }
        finally
        {
            buffers.Return(buffer);
        }
    }
}
