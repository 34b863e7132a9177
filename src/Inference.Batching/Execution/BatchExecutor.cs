using System.Diagnostics;
using Inference.Batching.Batches;
using Inference.Batching.Control;
using Inference.Batching.Diagnostics;
using Inference.Batching.Queue;
using Inference.Batching.Scheduling;

namespace Inference.Batching.Execution;

/// <summary>Feeds events to the scheduler, one at a time, and carries out its commands: completes calls, sets the wake-up timer, runs batches. Thread-safe.</summary>
/// <remarks>The lock protects the scheduler only: completions, metrics, timers and the model are called after it is released.</remarks>
internal sealed class BatchExecutor : IThreadPoolWorkItem
{
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string _model;
    private readonly TimeProvider _clock;
    private readonly BatchingInstruments _instruments;
    private readonly PayoffController _payoff;
    private readonly BatchScheduler _scheduler;
    private readonly BatchRun _run;
    private readonly WakeTimer _timer;
    private readonly SlotDesk _desk;
    private readonly Func<TimeSpan?> _timeLeft;

    /// <param name="inner">Runs the batches.</param>
    /// <param name="clock">The clock of waits and deadlines.</param>
    /// <param name="options">The options to begin with.</param>
    /// <param name="instruments">Told of what happens.</param>
    /// <param name="payoff">Told of calls that complete, which it counts already.</param>
    public BatchExecutor(IModelRunner inner, TimeProvider clock, BatchingOptions options, BatchingInstruments instruments, PayoffController payoff)
    {
        var assembler = new BatchAssembler(inner.Info);
        _model = inner.Info.Name;
        _clock = clock;
        _instruments = instruments;
        _payoff = payoff;
        _scheduler = new BatchScheduler(assembler, options, clock.TimestampFrequency, clock.GetTimestamp());
        _run = new BatchRun(inner, clock, assembler, instruments, this);
        _desk = new SlotDesk(this, () => _timer!.Resume());
        _timer = new WakeTimer(clock, () => Handle(new(BatchEventKind.Woke)), _desk.TryWakeKeeper);
        _timeLeft = _timer.Left;
    }

    /// <summary>Completes when the scheduler has stopped and its last call has completed.</summary>
    public Task Drained => _drained.Task;

    public BatchingState State
    {
        get
        {
            lock (_lock)
            {
                return _scheduler.State;
            }
        }
    }

    /// <summary>Whether a call may run at once; see <see cref="BatchScheduler.TryEnterInline"/>.</summary>
    public bool TryEnterInline(int rows, long now)
    {
        int trialRows = _payoff.TrialRows;
        lock (_lock)
        {
            _scheduler.TrialRows = trialRows;
            return _scheduler.TryEnterInline(rows, now);
        }
    }

    /// <summary>Whether a call of a batch is this caller's to complete; see <see cref="Batch.TryFinish"/>.</summary>
    public bool TryFinish(PendingCall call)
    {
        lock (_lock)
        {
            return call.Batch!.TryFinish(call);
        }
    }

    /// <summary>Has a call queue, and waits for it on this thread, which forms and runs batches and watches the clock meanwhile: it needs no other thread.</summary>
    public void QueueAndWait(PendingCall call)
    {
        var self = new CallWaiter(call);
        call.WhenCompleted(static waiter => ((CallWaiter)waiter!).Wake(), self);
        Handle(new(BatchEventKind.Arrived, call), self);
        for (; ; )
        {
            self.Listen();
            if (_desk.TryTake(self))
            {
                FormHere(self);
            }
            else if (call.IsCompleted)
            {
                _desk.Quit(self);
                return;
            }
            else if (_desk.IsKeeper(self) && _timer.TryRing())
            {
                Handle(new(BatchEventKind.Woke), self);
            }
            else
            {
                self.Wait(_desk.IsKeeper(self) ? _timeLeft : null);
            }
        }
    }

    /// <summary>Handles an event and carries out the commands that follow from it.</summary>
    public void Handle(in BatchEvent e) => Handle(e, null);

    void IThreadPoolWorkItem.Execute()
    {
        if (_desk.TryTake())
        {
            Handle(new(BatchEventKind.SlotReady));
        }
    }

    private void FormHere(CallWaiter self)
    {
        // The batch is no part of what this caller traces.
        Activity? own = Activity.Current;
        Activity.Current = null;
        try
        {
            Handle(new(BatchEventKind.SlotReady), self);
        }
        finally
        {
            Activity.Current = own;
        }
    }

    private void Handle(in BatchEvent e, CallWaiter? self)
    {
        long now = _clock.GetTimestamp();
        int trialRows = _payoff.TrialRows;
        Commands commands;
        lock (_lock)
        {
            _scheduler.TrialRows = trialRows;
            commands = _scheduler.Handle(e, now);
        }

        Perform(in commands, self);
    }

    private void Perform(in Commands commands, CallWaiter? self)
    {
        if (commands.WakeNumber > 0)
        {
            _timer.Set(commands.WakeAt, commands.WakeNumber);
        }

        // A thread that is about to run a batch cannot form another.
        _desk.Offer(commands.Slots, commands.Run is null ? self : null);
        if (commands.QueuedRows != 0)
        {
            _instruments.Queued(commands.QueuedRows);
        }

        int unbatched = 0;
        PendingCall? next;
        for (PendingCall? call = commands.Ended; call is not null; call = next)
        {
            next = call.Next;
            unbatched += call.Batch is null ? 1 : 0;
            End(call, commands.Queue.Rows, commands.Queue.Most);
        }

        if (unbatched > 0)
        {
            _payoff.Leave(unbatched);
        }

        commands.Abandoned?.Abandon();
        if (commands.Drained)
        {
            _timer.Dispose();
            _drained.TrySetResult();
        }

        if (commands.Run is { } batch)
        {
            _ = RunAsync(batch, self);
        }
    }

    private async Task RunAsync(Batch batch, CallWaiter? self)
    {
        RunScope scope = RunScope.Enter(this);
        long start = _clock.GetTimestamp();
        await _run.RunAsync(batch).ConfigureAwait(false);
        scope.End();
        if (batch.Count > 1 && batch.LongestRun > 0)
        {
            _payoff.RanBatch(batch.Count, batch.Rows, batch.LongestRun, _clock.GetTimestamp() - start - batch.LongestRun);
        }

        _payoff.Exit(direct: false, batch.Count, batch.Rows);
        Handle(new(BatchEventKind.Finished, Batch: batch), self is { IsHere: true } ? self : null);
    }

    private void End(PendingCall call, int rows, int most)
    {
        (string? reason, Exception error) = call.Ending switch
        {
            CallEnding.Full => ("full", (Exception)new OverloadedException(
                $"Model '{_model}': expected at most MaxQueuedRows = {most} queued rows, got {rows} queued and {call.Rows} in this call. Retry later, raise MaxQueuedRows, or set QueueFull to Wait.")),
            CallEnding.Displaced => ("displaced", new OverloadedException(
                $"Model '{_model}': the queue of MaxQueuedRows = {most} rows is full and a call of higher priority displaced this one. Retry later, or raise MaxQueuedRows.")),
            CallEnding.Expired => ("deadline", new DeadlineExceededException(
                $"Model '{_model}': the deadline {call.Context?.Deadline:O} passed while the call was queued; the call did not run. Set a later deadline, or reduce the load.")),
            CallEnding.Disposed => (null, new ObjectDisposedException(nameof(IModelRunner), $"Model '{_model}': the runner was disposed before the call.")),
            _ => (call.Ending == CallEnding.Cancelled ? "cancelled" : null, new OperationCanceledException(call.CancellationToken)),
        };
        if (reason is not null)
        {
            _instruments.Unserved(reason);
        }

        call.Fail(error);
    }
}
