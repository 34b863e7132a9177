using Inference.Sequences.Diagnostics;

namespace Inference.Sequences.Store;

/// <summary>The sequences of one runner: which there are, whose turn it is, and when they expire. Thread-safe. States are freed, and instruments called, while the lock is not held.</summary>
internal sealed class SequenceStore : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<SequenceKey, SequenceEntry> _entries = [];

    // The one that has been idle for longest is first.
    private readonly LinkedList<SequenceEntry> _idle = new();
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string _model;
    private readonly TimeProvider _clock;
    private readonly SequenceInstruments _instruments;
    private readonly ITimer _timer;
    private SequenceOptions _options;
    private int _calls;
    private bool _closed;

    public SequenceStore(string model, TimeProvider clock, SequenceInstruments instruments, SequenceOptions options)
    {
        _model = model;
        _clock = clock;
        _instruments = instruments;
        _options = options;
        _timer = clock.CreateTimer(static store => ((SequenceStore)store!).Expire(), this, options.IdleTimeout / 2, options.IdleTimeout / 2);
    }

    /// <summary>Completes when the store is closed and the last call has left.</summary>
    public Task Drained => _drained.Task;

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _entries.Count;
            }
        }
    }

    public void SetOptions(SequenceOptions options)
    {
        Volatile.Write(ref _options, options);
        _timer.Change(options.IdleTimeout / 2, options.IdleTimeout / 2);
    }

    /// <summary>Takes a call's place in its sequence, which the call may begin; pair it with <see cref="Leave"/> or <see cref="GiveUp"/>.</summary>
    /// <param name="call">The sequence, and where in it the call is.</param>
    /// <param name="context">The call's tenant and subject.</param>
    /// <exception cref="UnknownSequenceException">The call continues a sequence that is not kept.</exception>
    /// <exception cref="OverloadedException">There are too many sequences, or too many calls of this one wait.</exception>
    public SequenceTurn Enter(SequenceCall call, RunContext context)
    {
        var key = new SequenceKey(context.Tenant, call.Id);
        var ended = new EndedSequences(_instruments);
        NamedValues? initial = call.Start || call.Owner is { IsStarted: false } ? call.InitialStates?.Retain() : null;
        bool started = false;
        try
        {
            lock (_lock)
            {
                ObjectDisposedException.ThrowIf(_closed, typeof(IModelRunner));
                SequenceEntry? entry = _entries.GetValueOrDefault(key);
                if (entry is not null && IsExpired(entry))
                {
                    Remove(entry, "expired", ref ended);
                    entry = null;
                }

                // Another object's sequence with the same id is not this one's.
                bool isOwn = entry is not null && (call.Owner is null || call.Owner == entry.Owner);
                if (call.Owner is null ? call.Start : !isOwn && !call.Owner.IsStarted)
                {
                    if (entry is not null)
                    {
                        Remove(entry, "restarted", ref ended);
                    }

                    RequireRoom(ref ended);
                    entry = new SequenceEntry(key, call.Owner, context.Subject, initial);
                    _entries.Add(key, entry);
                    call.Owner?.IsStarted = true;
                    started = true;
                }
                else if (!isOwn)
                {
                    throw Unknown(call.Id);
                }

                return Queue(entry!);
            }
        }
        finally
        {
            ended.Free();
            if (started)
            {
                _instruments.Started();
            }
            else
            {
                initial?.Dispose();
            }
        }
    }

    /// <summary>Ends a call's turn, and gives it to the next.</summary>
    /// <param name="entry">The sequence.</param>
    /// <param name="states">The states that the call left; taken over. Null where it failed: they stay as they are.</param>
    /// <param name="end">Whether the sequence ends with the call.</param>
    public void Leave(SequenceEntry entry, ModelValue[]? states, bool end)
    {
        // Only the call whose turn it is touches the states.
        if (states is not null)
        {
            entry.Replace(states);
        }

        TaskCompletionSource? next = null;
        var ended = new EndedSequences(_instruments);
        bool drained;
        lock (_lock)
        {
            if (end)
            {
                entry.IsClosed = true;
                if (entry.IsKept)
                {
                    Remove(entry, "ended", ref ended);
                }
            }

            if (entry.Waiting.First is { } first)
            {
                entry.Waiting.RemoveFirst();
                next = first.Value;
            }
            else
            {
                entry.IsBusy = false;
                if (entry.IsKept)
                {
                    entry.IdleSince = _clock.GetTimestamp();
                    entry.Idle = _idle.AddLast(entry);
                }
                else
                {
                    ended.AddFree(entry);
                }
            }

            drained = --_calls == 0 && _closed;
        }

        ended.Free();
        next?.SetResult();
        if (drained)
        {
            _drained.TrySetResult();
        }
    }

    /// <summary>Gives up waiting; if it has become the call's turn meanwhile, gives it to the next.</summary>
    public void GiveUp(in SequenceTurn turn)
    {
        lock (_lock)
        {
            // The call whose turn it is keeps the count above zero.
            if (turn.Entry.Waiting.Remove(turn.Wait!))
            {
                _calls--;
                return;
            }
        }

        Leave(turn.Entry, null, end: false);
    }

    /// <summary>Ends a sequence, if it is kept and the call's.</summary>
    public bool End(SequenceCall call, string? tenant)
    {
        var ended = new EndedSequences(_instruments);
        lock (_lock)
        {
            if (!_entries.TryGetValue(new SequenceKey(tenant, call.Id), out SequenceEntry? entry) || (call.Owner is not null && call.Owner != entry.Owner))
            {
                return false;
            }

            Remove(entry, "ended", ref ended);
        }

        ended.Free();
        return true;
    }

    /// <summary>Ends the sequences that match.</summary>
    public void Erase(Func<SequenceEntry, bool> matches) => RemoveWhere(matches, "erased");

    /// <summary>Frees the sequences that have been idle for too long.</summary>
    public void Expire()
    {
        var ended = new EndedSequences(_instruments);
        lock (_lock)
        {
            Sweep(ref ended);
        }

        ended.Free();
    }

    /// <summary>The error for a sequence that is not kept.</summary>
    public UnknownSequenceException Unknown(string id) => new(
        $"Model '{_model}': expected a sequence '{id}' that was begun and has not ended, found none: it expired after {_options.IdleTimeout} without a call, has ended, was begun anew by somebody else, or was begun on another version or process. Begin it anew.")
    {
        SequenceId = id,
    };

    /// <summary>Takes no further calls; those that have a place complete.</summary>
    public void Dispose()
    {
        bool drained;
        lock (_lock)
        {
            _closed = true;
            drained = _calls == 0;
        }

        _timer.Dispose();
        RemoveWhere(static _ => true, "closed");
        if (drained)
        {
            _drained.TrySetResult();
        }
    }

    private SequenceTurn Queue(SequenceEntry entry)
    {
        TaskCompletionSource? wait = null;
        if (entry.IsBusy)
        {
            int limit = _options.MaxWaitingCalls;
            if (entry.Waiting.Count >= limit)
            {
                throw new OverloadedException($"Model '{_model}', sequence '{entry.Key.Id}': expected at most {limit} calls that wait for the one before them, got one more. Await answers before the next call, or raise MaxWaitingCalls.") { Limit = limit };
            }

            wait = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            entry.Waiting.AddLast(wait);
        }
        else
        {
            entry.IsBusy = true;
            if (entry.Idle is { } idle)
            {
                _idle.Remove(idle);
                entry.Idle = null;
            }
        }

        _calls++;
        return new SequenceTurn(entry, wait);
    }

    private void RequireRoom(ref EndedSequences ended)
    {
        int limit = _options.MaxSequences;
        if (_entries.Count >= limit)
        {
            Sweep(ref ended);
        }

        if (_entries.Count >= limit)
        {
            throw new OverloadedException($"Model '{_model}': expected at most {limit} sequences, got one more. End sequences that are no longer needed, shorten IdleTimeout, or raise MaxSequences.") { Limit = limit };
        }
    }

    private void Sweep(ref EndedSequences ended)
    {
        while (_idle.First is { } first && IsExpired(first.Value))
        {
            Remove(first.Value, "expired", ref ended);
        }
    }

    private bool IsExpired(SequenceEntry entry) => entry.Idle is not null && _clock.GetElapsedTime(entry.IdleSince) >= _options.IdleTimeout;

    private void RemoveWhere(Func<SequenceEntry, bool> matches, string reason)
    {
        var ended = new EndedSequences(_instruments);
        lock (_lock)
        {
            foreach (SequenceEntry entry in _entries.Values.Where(matches).ToArray())
            {
                Remove(entry, reason, ref ended);
            }
        }

        ended.Free();
    }

    // The states of one with calls are freed when the last of these leaves.
    private void Remove(SequenceEntry entry, string reason, ref EndedSequences ended)
    {
        _entries.Remove(entry.Key);
        entry.IsKept = false;
        ended.Add(reason);
        if (entry.Idle is { } idle)
        {
            _idle.Remove(idle);
            entry.Idle = null;
        }

        if (!entry.IsBusy)
        {
            ended.AddFree(entry);
        }
    }
}
