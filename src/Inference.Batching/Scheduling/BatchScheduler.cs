using Inference.Batching.Batches;
using Inference.Batching.Control;
using Inference.Batching.Queue;

namespace Inference.Batching.Scheduling;

/// <summary>
/// Decides when a batch runs and which calls it holds: timed events go in, commands come out. A batch runs when a slot is free and either as many rows are queued as are
/// outstanding, or the oldest call has waited long enough since the slot became free.
/// </summary>
/// <remarks>Holds no lock, clock or timer and calls no foreign code; <see cref="Execution.BatchExecutor"/> does. Not thread-safe.</remarks>
internal sealed class BatchScheduler
{
    private readonly DemandEstimate _demand = new();
    private readonly LatencyController _latency = new();
    private readonly BatchAssembler _assembler;
    private readonly WaitingRoom _room;
    private readonly long _frequency;
    private BatchingOptions _options;
    private long _delayTicks;
    private long _objectiveTicks;
    private long _slotFreeSince = long.MinValue;
    private long _lastCompletion;
    private long _waitUntil = long.MaxValue;
    private long _wakeAt = long.MaxValue;
    private long _wakeNumber;
    private int _inFlight;
    private int _rowsInFlight;
    private int _unformed;
    private int _rowsWhenWaitBegan;
    private bool _stopped;
    private bool _drained;

    /// <param name="assembler">Decides which calls may share a batch.</param>
    /// <param name="options">The initial options.</param>
    /// <param name="frequency">Ticks of the clock in a second.</param>
    /// <param name="now">The current time.</param>
    public BatchScheduler(BatchAssembler assembler, BatchingOptions options, long frequency, long now)
    {
        _assembler = assembler;
        _frequency = frequency;
        _lastCompletion = now;
        _options = options;
        _room = new WaitingRoom(options, Math.Max(1, frequency / 1000));
        Apply(options);
    }

    /// <summary>The maximum number of rows in a batch until batching has proved itself; takes effect with the next event.</summary>
    public int TrialRows { get; set; } = int.MaxValue;

    public BatchingState State => new(_latency.RowLimit(_options), Delay, _room.Queue.Rows, _inFlight);

    private int Limit => Math.Min(_latency.RowLimit(_options), TrialRows);

    private long Delay => (long)(_delayTicks * Math.Min(_demand.DelayFactor, _latency.DelayFactor));

    // Accepted and not yet answered.
    private int Outstanding => _room.Queue.Rows + _room.Lobby.Rows + _rowsInFlight;

    /// <summary>Converts a duration to ticks of a clock of the given frequency, limited so that it can be added to a time.</summary>
    public static long TicksOf(TimeSpan duration, long frequency) => (long)Int128.Min((Int128)duration.Ticks * frequency / TimeSpan.TicksPerSecond, long.MaxValue / 2);

    /// <summary>Handles an event and returns the actions to take.</summary>
    public Commands Handle(in BatchEvent e, long now)
    {
        var commands = new Commands();
        switch (e.Kind)
        {
            case BatchEventKind.Arrived:
                Arrive(e.Call!, now, ref commands);
                break;
            case BatchEventKind.Cancelled:
                Cancel(e.Call!, ref commands);
                break;
            case BatchEventKind.SlotReady:
                Form(now, ref commands);
                break;
            case BatchEventKind.Started:
                e.Batch!.Start(e.Call, ref commands);
                break;
            case BatchEventKind.Finished:
                _latency.RecordRun(e.Batch!.LongestRun);
                foreach (PendingCall call in e.Batch.Calls)
                {
                    _latency.RecordCall(now - call.EnqueuedAt, _objectiveTicks, _options);
                }

                Release(e.Batch.Rows, now);
                break;
            case BatchEventKind.InlineFinished:
                _latency.RecordRun(now - e.Since);
                _latency.RecordCall(now - e.Since, _objectiveTicks, _options);
                Release(e.Rows, now);
                break;
            case BatchEventKind.Woke:
                Wake(now, ref commands);
                break;
            case BatchEventKind.OptionsChanged:
                Apply(e.Options!);
                break;
            case BatchEventKind.Stopped:
                _stopped = true;
                break;
        }

        _room.Admit(ref commands);
        Schedule(now, ref commands);
        return commands;
    }

    /// <summary>Takes a slot for a call that can run immediately, until <see cref="BatchEventKind.InlineFinished"/>; false if the call has to queue.</summary>
    public bool TryEnterInline(int rows, long now)
    {
        if (_stopped || !_room.IsEmpty || _inFlight >= _options.MaxConcurrentBatches)
        {
            return false;
        }

        if (_inFlight == 0 && now - _lastCompletion > Delay)
        {
            _demand.Idle();
        }

        if (Delay > 0 && rows < _demand.Target(Limit, _options.MaxConcurrentBatches))
        {
            return false;
        }

        // Demand is measured from rows that queue with others: a single caller's large call does not predict its next one.
        _rowsInFlight += rows;
        _inFlight++;
        return true;
    }

    private void Arrive(PendingCall call, long now, ref Commands commands)
    {
        if (call.State != CallState.New)
        {
            return;
        }

        if (_stopped)
        {
            commands.End(call, CallEnding.Disposed);
        }
        else if (_room.TryEnter(call, now, ref commands))
        {
            _demand.Seen(Outstanding);
        }
    }

    private void Cancel(PendingCall call, ref Commands commands)
    {
        switch (call.State)
        {
            case CallState.New:
                commands.End(call, CallEnding.Left);
                break;
            case CallState.InLobby or CallState.Queued:
                _room.End(call, CallEnding.Cancelled, ref commands);
                break;
            case CallState.Claimed:
                call.CancelRequested = true;
                break;
            case CallState.Running:
                call.Batch!.Leave(call, ref commands);
                break;
        }
    }

    private void Form(long now, ref Commands commands)
    {
        _unformed--;
        PendingCall? head;
        while ((head = _room.Queue.First) is not null && head.ExpiresAt <= now)
        {
            _room.End(head, CallEnding.Expired, ref commands);
        }

        if (head is null)
        {
            Release(0, now);
            return;
        }

        var batch = new Batch(_options, now);
        Fill(batch, head, now, ref commands);
        _rowsInFlight += batch.Rows;
        commands.Run = batch;
    }

    private void Fill(Batch batch, PendingCall head, long now, ref Commands commands)
    {
        int limit = Limit;
        long maxCost = _options.MaxCost ?? long.MaxValue;
        CallWalk walk = _room.Queue.Walk();
        _ = walk.Next();
        _room.Claim(head, ref commands);
        batch.Add(head);

        // With many shapes, the scan for matching calls is bounded, because other threads wait for the scheduler meanwhile.
        for (int looks = 4 * limit + 64; batch.Rows < limit && looks > 0 && walk.Next() is { } call; looks--)
        {
            if (call.ExpiresAt <= now)
            {
                _room.End(call, CallEnding.Expired, ref commands);
            }
            else if (call.Rows <= limit - batch.Rows && call.Cost <= maxCost - batch.Cost && _assembler.CanJoin(head, call, _options))
            {
                _room.Claim(call, ref commands);
                batch.Add(call);
            }
        }
    }

    private void Release(int rows, long now)
    {
        if (_inFlight-- >= _options.MaxConcurrentBatches)
        {
            _slotFreeSince = now;
        }

        _rowsInFlight -= rows;
        _lastCompletion = now;
    }

    private void Wake(long now, ref Commands commands)
    {
        _wakeAt = long.MaxValue;
        _waitUntil = _waitUntil > now ? _waitUntil : long.MaxValue;
        if (_room.WakeAt <= now)
        {
            _room.Expire(now, ref commands);
        }
    }

    private void Apply(BatchingOptions options)
    {
        if (options.LatencyObjective is null || _options.LatencyObjective is null)
        {
            _latency.Reset();
        }

        _options = options;
        _room.Options = options;
        _delayTicks = TicksOf(options.MaxDelay, _frequency);
        _objectiveTicks = TicksOf(options.LatencyObjective ?? TimeSpan.MaxValue, _frequency);
    }

    private void Schedule(long now, ref Commands commands)
    {
        int limit = Limit;
        while (_inFlight < _options.MaxConcurrentBatches && _room.Queue.Rows - (_unformed * limit) is > 0 and var available)
        {
            if (!_stopped && available < _demand.Target(limit, _options.MaxConcurrentBatches))
            {
                long until = Math.Max(_room.Queue.OldestArrival, _slotFreeSince) + Delay;
                if (until > now)
                {
                    _rowsWhenWaitBegan = _waitUntil == long.MaxValue ? available : _rowsWhenWaitBegan;
                    _waitUntil = Math.Min(_waitUntil, until);
                    break;
                }

                _demand.WaitRanOut(Outstanding, available <= _rowsWhenWaitBegan);
            }
            else if (_waitUntil != long.MaxValue)
            {
                _demand.CompanyCame();
            }

            _waitUntil = long.MaxValue;
            _inFlight++;
            _unformed++;
            commands.Slots++;
        }

        long wakeAt = Math.Min(_waitUntil, _room.WakeAt);
        if (wakeAt != _wakeAt)
        {
            (_wakeAt, commands.WakeAt, commands.WakeNumber) = (wakeAt, wakeAt, ++_wakeNumber);
        }

        commands.Drained = _stopped && !_drained && _inFlight == 0 && _room.IsEmpty;
        _drained |= commands.Drained;
    }
}
