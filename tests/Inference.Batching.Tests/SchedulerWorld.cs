using Inference.TestSupport;

namespace Inference.Batching.Tests;

/// <summary>Does what a scheduler says, at whatever time and in whatever order, and checks after every event that it may say so. A tick is 1 ms.</summary>
internal sealed class SchedulerWorld
{
    private readonly BatchScheduler _scheduler;
    private readonly Random _random;
    private readonly List<PendingCall> _calls = [];
    private readonly List<Batch> _running = [];
    private readonly HashSet<Batch> _started = [];
    private readonly Dictionary<PendingCall, int> _terminal = [];
    private readonly Queue<(int Rows, long Since)> _inline = new();
    private BatchingOptions _options;
    private long _now;
    private long _wakeAt = long.MaxValue;
    private long _lastWish;
    private int _slots;
    private int _queuedRows;
    private int _drained;
    private bool _stopped;

    public SchedulerWorld(int seed)
    {
        _random = new Random(seed);
        _options = DrawOptions();
        _scheduler = new BatchScheduler(new BatchAssembler(FakeModel.Info()), _options, frequency: 1000, now: 0);
    }

    public void Step(Random random)
    {
        _now += random.Next(3);
        switch (random.Next(14))
        {
            case 0 or 1 or 2:
                Arrive(random);
                break;
            case 3 when _calls.Count > 0:
                Tell(new(BatchEventKind.Cancelled, _calls[random.Next(_calls.Count)]));
                break;
            case 4 or 5 when _slots > 0:
                Tell(new(BatchEventKind.SlotReady));
                break;
            case 6 or 7 when _running.Count > 0:
                Run(_running[random.Next(_running.Count)], random);
                break;
            case 8:
                EnterInline(random.Next(1, 8));
                break;
            case 9 when _inline.TryDequeue(out (int Rows, long Since) done):
                Tell(new(BatchEventKind.InlineFinished, Rows: done.Rows, Since: done.Since));
                break;
            case 10:
                Wake(_now);
                break;
            case 11:
                Wake(Math.Max(_now, Math.Min(_wakeAt, _now + 50)));
                break;
            case 12 when random.Next(4) == 0:
                _options = DrawOptions();
                Tell(new(BatchEventKind.OptionsChanged, Options: _options));
                break;
            case 13 when random.Next(10) == 0:
                _stopped = true;
                Tell(new(BatchEventKind.Stopped));
                break;
        }
    }

    /// <summary>Stops, lets everything run its course and checks that nothing is left.</summary>
    public void Finish()
    {
        _stopped = true;
        Tell(new(BatchEventKind.Stopped));
        for (int round = 0; _drained == 0; round++)
        {
            Assert.True(round < 10_000, "It does not drain.");
            Assert.True(_slots + _running.Count + _inline.Count > 0, "Calls wait and nothing is under way.");
            while (_inline.TryDequeue(out (int Rows, long Since) done))
            {
                Tell(new(BatchEventKind.InlineFinished, Rows: done.Rows, Since: done.Since));
            }

            while (_slots > 0)
            {
                Tell(new(BatchEventKind.SlotReady));
            }

            Array.ForEach([.. _running], batch => Run(batch, _random));
        }

        Assert.Equal((1, 0, 0), (_drained, _scheduler.State.QueuedRows, _scheduler.State.InFlight));
        Assert.All(_calls, call => Assert.Equal((CallState.Done, 1), (call.State, _terminal.GetValueOrDefault(call))));
    }

    private BatchingOptions DrawOptions()
    {
        int rows = _random.Next(1, 9);
        return new BatchingOptions
        {
            MaxRows = rows,
            MaxQueuedRows = rows + _random.Next(12),
            MaxConcurrentBatches = _random.Next(1, 4),
            MaxDelay = TimeSpan.FromMilliseconds(_random.Next(3) * 5),
            QueueFull = (QueueFullMode)_random.Next(2),
            LatencyObjective = _random.Next(3) == 0 ? TimeSpan.FromMilliseconds(5) : null,
        };
    }

    private void Arrive(Random random)
    {
        ElementType type = random.Next(5) == 0 ? ElementType.Float64 : ElementType.Float32;
        int rows = random.Next(1, 5);
        PendingCall call = Pending.Call(
            rows,
            (RunPriority)random.Next(-1, 2),
            _now,
            random.Next(3) == 0 ? _now + random.Next(1, 20) : long.MaxValue,
            new NamedValues { ["x"] = TensorValue.Allocate(type, [rows, 1]) });
        _calls.Add(call);
        if (random.Next(20) == 0)
        {
            Tell(new(BatchEventKind.Cancelled, call));
        }

        Tell(new(BatchEventKind.Arrived, call));
        Assert.NotEqual(CallState.New, call.State);
    }

    private void EnterInline(int rows)
    {
        int inFlight = _scheduler.State.InFlight;
        bool waits = _calls.Any(IsWaiting);
        if (_scheduler.TryEnterInline(rows, _now))
        {
            Assert.True(inFlight < _options.MaxConcurrentBatches && !waits && !_stopped);
            _inline.Enqueue((rows, _now));
        }

        Check();
    }

    // The next step of a batch: its start, the answer to one of its calls, its end.
    private void Run(Batch batch, Random random)
    {
        if (_started.Add(batch))
        {
            Tell(new(BatchEventKind.Started, Batch: batch));
            Assert.Equal(batch.Calls.ToArray().Count(c => c.State == CallState.Running), batch.Live);
            Assert.DoesNotContain(batch.Calls.ToArray(), c => c.State == CallState.Running && c.CancelRequested);
        }
        else if (batch.Live > 0)
        {
            PendingCall call = batch[random.Next(batch.Count)];
            bool running = call.State == CallState.Running;
            Assert.Equal(running, batch.TryFinish(call));
            End(running ? call : null);
        }
        else
        {
            _running.Remove(batch);
            batch.Ran(random.Next(10));
            Tell(new(BatchEventKind.Finished, Batch: batch));
        }
    }

    private void Wake(long now)
    {
        _now = now;
        _wakeAt = _wakeAt <= now ? long.MaxValue : _wakeAt;
        Tell(new(BatchEventKind.Woke));
    }

    private void Tell(in BatchEvent e)
    {
        _scheduler.TrialRows = _random.Next(5) == 0 ? 2 : int.MaxValue;
        int limit = Math.Min(_scheduler.State.RowLimit, _scheduler.TrialRows);
        int before = _queuedRows;
        PendingCall? first = First();
        Commands commands = _scheduler.Handle(e, _now);
        _queuedRows += commands.QueuedRows;
        _slots += commands.Slots - (e.Kind == BatchEventKind.SlotReady ? 1 : 0);
        _drained += commands.Drained ? 1 : 0;
        if (commands.WakeNumber > 0)
        {
            Assert.True(commands.WakeNumber > _lastWish);
            (_lastWish, _wakeAt) = (commands.WakeNumber, commands.WakeAt);
        }

        for (PendingCall? call = commands.Ended; call is not null; call = call.Next)
        {
            Assert.True(call.Ending != CallEnding.Expired || call.ExpiresAt <= _now);
            Assert.True(call.Ending != CallEnding.Disposed || _stopped);
            End(call);
        }

        // A call whose caller no longer waits ends at once, or when its inputs have been copied.
        Assert.True(e.Kind != BatchEventKind.Cancelled || e.Call!.State == CallState.Done || e.Call is { State: CallState.Claimed, CancelRequested: true });
        if (commands.Run is { } batch)
        {
            Assert.True(batch.Rows <= limit || batch.Count == 1, $"{batch.Rows} rows in {batch.Count} calls, at most {limit}.");
            Assert.All(batch.Calls.ToArray(), call => Assert.True(call.ExpiresAt > _now && call.State == CallState.Claimed));
            Assert.True(batch[0] == first || first!.State == CallState.Done, "The call whose turn it was, by priority and age, was passed over.");
            _running.Add(batch);
        }

        Assert.True(commands.Slots == 0 || _scheduler.State.InFlight <= _options.MaxConcurrentBatches);
        Assert.True(_queuedRows <= Math.Max(before, _options.MaxQueuedRows) || _calls.Count(c => c.State == CallState.Queued) == 1, $"{_queuedRows} rows queue, at most {_options.MaxQueuedRows}.");
        Check();
    }

    private void Check()
    {
        BatchingState state = _scheduler.State;
        PendingCall[] queued = [.. _calls.Where(c => c.State == CallState.Queued)];
        Assert.Equal((queued.Sum(c => c.Rows), queued.Sum(c => c.Rows)), (state.QueuedRows, _queuedRows));
        Assert.Equal(_slots + _running.Count + _inline.Count, state.InFlight);
        Assert.Equal(_drained > 0, _stopped && state.InFlight == 0 && !_calls.Any(IsWaiting));

        // Whoever waits is thought of: by all slots being taken, by one that is to come, or by the timer.
        int unspoken = state.QueuedRows - (_slots * Math.Min(state.RowLimit, _scheduler.TrialRows));
        Assert.True(unspoken <= 0 || state.InFlight >= _options.MaxConcurrentBatches || _wakeAt <= _now + state.Delay, $"{unspoken} rows queue, a slot is free, and the timer is set to {_wakeAt}.");
        long expires = _calls.Where(IsWaiting).Select(c => c.ExpiresAt).DefaultIfEmpty(long.MaxValue).Min();
        Assert.True(_wakeAt <= Math.Max(expires, _now + 1), $"A deadline at {expires} is waited for until {_wakeAt}.");
    }

    private static bool IsWaiting(PendingCall call) => call.State is CallState.Queued or CallState.InLobby;

    // Each level of priority counts as an arrival 50 ticks, of 1 ms, earlier: MaxDelay is at most 10 ms here.
    private PendingCall? First() => _calls.Where(c => c.State == CallState.Queued).OrderBy(c => c.EnqueuedAt - (50 * c.PriorityIndex)).ThenByDescending(c => c.PriorityIndex).FirstOrDefault();

    private void End(PendingCall? call)
    {
        if (call is not null)
        {
            Assert.Equal(CallState.Done, call.State);
            Assert.True(_terminal.TryAdd(call, 1), "A call ended twice.");
        }
    }
}
