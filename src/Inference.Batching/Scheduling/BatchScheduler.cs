using Inference.Batching.Batches;
using Inference.Batching.Control;
using Inference.Batching.Diagnostics;
using Inference.Batching.Queue;

namespace Inference.Batching.Scheduling;

/// <summary>
/// Decides when a batch runs and what is in it. A batch runs when a slot is free and either as many rows queue as are about, or the oldest has waited long enough
/// since the slot became free.
/// </summary>
/// <remarks>One lock guards everything, and is never held while a model runs or a continuation does.</remarks>
internal sealed class BatchScheduler : IThreadPoolWorkItem
{
    private readonly Lock _lock = new();
    private readonly DemandEstimate _demand = new();
    private readonly LatencyController _latency = new();
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string _model;
    private readonly TimeProvider _clock;
    private readonly BatchAssembler _assembler;
    private readonly Func<Batch, Task> _run;
    private readonly Action<int> _left;
    private readonly Func<int> _trialRows;
    private readonly WaitTimer _waitTimer;
    private readonly WaitingRoom _room;
    private BatchingOptions _options;
    private long _delayTicks;
    private long _objectiveTicks;
    private long _slotFreeSince = long.MinValue;
    private long _lastCompletion;
    private int _inFlight;
    private int _unformed;
    private int _outstanding;
    private int _rowsWhenWaitBegan;
    private bool _stopped;

    /// <param name="model">The model's name.</param>
    /// <param name="clock">The clock of waits and deadlines.</param>
    /// <param name="assembler">Knows what can stand in one batch.</param>
    /// <param name="options">The options to begin with.</param>
    /// <param name="instruments">Told of what happens.</param>
    /// <param name="run">Runs a batch and completes its calls. Never throws.</param>
    /// <param name="left">Told how many calls completed without having been in a batch. Must be fast: called under the lock.</param>
    /// <param name="trialRows">Rows in a batch at most while it is not known whether batching pays. Must be fast: called under the lock.</param>
    public BatchScheduler(
        string model,
        TimeProvider clock,
        BatchAssembler assembler,
        BatchingOptions options,
        BatchingInstruments instruments,
        Func<Batch, Task> run,
        Action<int> left,
        Func<int> trialRows)
    {
        _model = model;
        _clock = clock;
        _assembler = assembler;
        _run = run;
        _left = left;
        _trialRows = trialRows;
        _options = options;
        _waitTimer = new WaitTimer(clock, OnWaitOver);
        _room = new WaitingRoom(model, clock, options, instruments, OnDeadline);
        _lastCompletion = clock.GetTimestamp();
        Apply(options);
    }

    /// <summary>Completes when the scheduler was stopped and its last call is done.</summary>
    public Task Drained => _drained.Task;

    public int QueuedRows
    {
        get
        {
            lock (_lock)
            {
                return _room.Queue.Rows;
            }
        }
    }

    public int InFlight => Volatile.Read(ref _inFlight);

    public int RowLimit
    {
        get
        {
            lock (_lock)
            {
                return _latency.RowLimit(_options);
            }
        }
    }

    public TimeSpan Delay
    {
        get
        {
            lock (_lock)
            {
                return TimeSpan.FromSeconds((double)EffectiveDelay / _clock.TimestampFrequency);
            }
        }
    }

    private int Limit => Math.Min(_latency.RowLimit(_options), _trialRows());

    private long EffectiveDelay => (long)(_delayTicks * Math.Min(_demand.DelayFactor, _latency.DelayFactor));

    /// <summary>Takes up new options with the next batch.</summary>
    public void Apply(BatchingOptions options)
    {
        lock (_lock)
        {
            _options = options;
            _room.Options = options;
            _delayTicks = Ticks(options.MaxDelay);
            _objectiveTicks = options.LatencyObjective is { } objective ? Ticks(objective) : long.MaxValue;
            if (options.LatencyObjective is null)
            {
                _latency.Reset();
            }

            _room.Admit();
            Schedule(_clock.GetTimestamp());
        }
    }

    /// <summary>Takes a slot for a call that need not wait for anybody; false where it has to queue.</summary>
    public bool TryEnterInline(int rows, long now)
    {
        lock (_lock)
        {
            if (_stopped || !_room.IsEmpty || _inFlight >= _options.MaxConcurrentBatches)
            {
                return false;
            }

            if (_inFlight == 0 && now - _lastCompletion > EffectiveDelay)
            {
                _demand.Idle();
            }

            if (EffectiveDelay > 0 && rows < _demand.Target(Limit, _options.MaxConcurrentBatches))
            {
                return false;
            }

            // Demand is what queues beside others: a lone caller's large call says nothing of its next.
            _outstanding += rows;
            _inFlight++;
            return true;
        }
    }

    /// <summary>Gives the slot of an inline call back.</summary>
    public void ExitInline(int rows, long startedAt)
    {
        lock (_lock)
        {
            long now = _clock.GetTimestamp();
            if (_options.LatencyObjective is not null)
            {
                _latency.RecordRun(now - startedAt);
                _latency.RecordCall(now - startedAt, _objectiveTicks, _options);
            }

            Release(rows, now);
        }
    }

    /// <summary>Queues a call, or completes it at once where it cannot be queued.</summary>
    public void Enqueue(PendingCall call)
    {
        lock (_lock)
        {
            if (call.State != CallState.New)
            {
                _left(1);
                return;
            }

            if (_stopped)
            {
                _left(1);
                WaitingRoom.Complete(call, new ObjectDisposedException(nameof(IModelRunner), $"Model '{_model}': the runner was disposed before the call."));
                return;
            }

            if (_room.TryEnter(call))
            {
                _outstanding += call.Rows;
                _demand.Seen(_outstanding);
            }
            else
            {
                _left(1);
            }

            Schedule(_clock.GetTimestamp());
        }
    }

    /// <summary>Ends a call whose caller no longer waits.</summary>
    public void Cancel(PendingCall call)
    {
        Batch? abandoned = null;
        lock (_lock)
        {
            switch (call.State)
            {
                case CallState.New:
                    break;
                case CallState.InLobby or CallState.Queued:
                    _room.RemoveCancelled(call);
                    break;
                case CallState.Claimed:
                    call.CancelRequested = true;
                    return;
                case CallState.Running:
                    abandoned = --call.Batch!.Live == 0 ? call.Batch : null;
                    break;
                default:
                    return;
            }

            call.State = CallState.Done;
            call.Cancel();
            Schedule(_clock.GetTimestamp());
        }

        abandoned?.Abandon();
    }

    /// <summary>Says that a batch no longer needs its callers' inputs; the number of callers that still wait.</summary>
    public int BeginRun(Batch batch)
    {
        lock (_lock)
        {
            foreach (PendingCall call in batch.Calls)
            {
                BeginRunLocked(call);
            }

            return batch.Live;
        }
    }

    /// <summary>Says that a batch no longer needs this caller's inputs; whether the caller still waits.</summary>
    public bool BeginRun(PendingCall call)
    {
        lock (_lock)
        {
            BeginRunLocked(call);
            return call.State == CallState.Running;
        }
    }

    /// <summary>Marks a call of a batch as done; false where it was already. The one who gets true completes it.</summary>
    public bool TryFinish(PendingCall call)
    {
        lock (_lock)
        {
            if (call.State is not (CallState.Running or CallState.Claimed))
            {
                return false;
            }

            call.State = CallState.Done;
            call.Batch!.Live--;
            return true;
        }
    }

    /// <summary>Notes how long one run of a batch took.</summary>
    public void RecordRun(long ticks)
    {
        lock (_lock)
        {
            _latency.RecordRun(ticks);
        }
    }

    /// <summary>Runs what queues without waiting for company any more, and refuses new calls.</summary>
    public void Stop()
    {
        lock (_lock)
        {
            _stopped = true;
            Schedule(_clock.GetTimestamp());
        }
    }

    /// <summary>Forms a batch and runs it, on a thread of the pool.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        Batch? batch;
        lock (_lock)
        {
            _unformed--;
            long now = _clock.GetTimestamp();
            batch = Form(now);
            if (batch is null)
            {
                Release(0, now);
                return;
            }
        }

        _ = RunAsync(batch);
    }

    private async Task RunAsync(Batch batch)
    {
        await _run(batch).ConfigureAwait(false);
        lock (_lock)
        {
            long now = _clock.GetTimestamp();
            if (_options.LatencyObjective is not null)
            {
                foreach (PendingCall call in batch.Calls)
                {
                    _latency.RecordCall(now - call.EnqueuedAt, _objectiveTicks, _options);
                }
            }

            Release(batch.Rows, now);
        }
    }

    private static void BeginRunLocked(PendingCall call)
    {
        if (call.State != CallState.Claimed)
        {
            return;
        }

        if (call.CancelRequested)
        {
            call.State = CallState.Done;
            call.Batch!.Live--;
            call.Cancel();
        }
        else
        {
            call.State = CallState.Running;
        }
    }

    private void Release(int rows, long now)
    {
        if (_inFlight-- >= _options.MaxConcurrentBatches)
        {
            _slotFreeSince = now;
        }

        _outstanding -= rows;
        _lastCompletion = now;
        Schedule(now);
    }

    private void Schedule(long now)
    {
        (int calls, int rows) = _room.TakeDropped();
        if (calls > 0)
        {
            _outstanding -= rows;
            _left(calls);
        }

        int limit = Limit;
        while (_inFlight < _options.MaxConcurrentBatches)
        {
            int available = _room.Queue.Rows - _unformed * limit;
            if (available <= 0)
            {
                break;
            }

            if (!_stopped && available < _demand.Target(limit, _options.MaxConcurrentBatches))
            {
                long left = EffectiveDelay - (now - Math.Max(_room.Queue.OldestArrival, _slotFreeSince));
                if (left > 0)
                {
                    if (_waitTimer.Arm(left))
                    {
                        _rowsWhenWaitBegan = available;
                    }

                    break;
                }

                _demand.WaitRanOut(_outstanding, available <= _rowsWhenWaitBegan);
            }
            else if (_waitTimer.IsArmed)
            {
                _demand.CompanyCame();
            }

            _waitTimer.Disarm();
            _inFlight++;
            _unformed++;

            // Not to this thread's own queue: the continuations of the batch before, which bring its callers' next calls, go first.
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }

        if (_stopped && _inFlight == 0 && _room.IsEmpty && _drained.TrySetResult())
        {
            _waitTimer.Dispose();
            _room.Close();
        }
    }

    private Batch? Form(long now)
    {
        CallQueue queue = _room.Queue;
        DateTimeOffset time = _clock.GetUtcNow();
        PendingCall? head;
        while ((head = queue.First) is not null && head.IsExpired(time))
        {
            _room.Expire(head);
        }

        Batch? batch = null;
        if (head is not null)
        {
            batch = new Batch(_options);
            Fill(batch, head, time, now);
            batch.ArmAbandonment();
        }

        _room.Admit();
        return batch;
    }

    private void Fill(Batch batch, PendingCall head, DateTimeOffset time, long now)
    {
        int limit = Limit;
        long maxCost = _options.MaxCost ?? long.MaxValue;
        PendingCall? next = _room.Queue.After(head);
        _room.Claim(head, now);
        batch.Add(head);

        // Among many shapes the scan for partners is bounded, because the lock is held.
        for (int looks = 4 * limit + 64; next is not null && batch.Rows < limit && looks > 0; looks--)
        {
            PendingCall call = next;
            next = _room.Queue.After(call);
            if (call.IsExpired(time))
            {
                _room.Expire(call);
            }
            else if (call.Rows <= limit - batch.Rows && call.Cost <= maxCost - batch.Cost && _assembler.CanJoin(head, call, _options))
            {
                _room.Claim(call, now);
                batch.Add(call);
            }
        }
    }

    private void OnWaitOver()
    {
        lock (_lock)
        {
            _waitTimer.Disarm();
            Schedule(_clock.GetTimestamp());
        }
    }

    private void OnDeadline()
    {
        lock (_lock)
        {
            _room.ExpireAll();
            Schedule(_clock.GetTimestamp());
        }
    }

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * _clock.TimestampFrequency);
}
