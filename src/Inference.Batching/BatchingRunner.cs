using System.Diagnostics.Metrics;
using Inference.Batching.Batches;
using Inference.Batching.Control;
using Inference.Batching.Diagnostics;
using Inference.Batching.Execution;
using Inference.Batching.Queue;
using Inference.Batching.Scheduling;
using Inference.Status;
using Microsoft.Extensions.Logging;

namespace Inference.Batching;

/// <summary>Combines concurrent calls into batches; see <see cref="BatchingOptions"/>.</summary>
internal sealed partial class BatchingRunner : DelegatingModelRunner, IBatchingStatus
{
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly BatchExecutor _batches;
    private readonly BatchingInstruments _instruments;
    private readonly PayoffController _payoff;
    private readonly DirectGate _direct;
    private readonly StageOptions<BatchingOptions> _options;
    private readonly string _model;
    private readonly string _stages;

    // The model's own runner calls no pipeline, and need not be marked.
    private readonly bool _callsNobody;
    private int _disposed;

    public BatchingRunner(IModelRunner inner, TimeProvider clock, ILogger logger, StageOptions<BatchingOptions> options, IMeterFactory? meters = null)
        : base(inner)
    {
        _clock = clock;
        _logger = logger;
        _model = inner.Info.Name;
        _stages = $"UseBatching → {inner.GetType().Name} → UseBatching";
        _callsNobody = inner is IBindable;
        _instruments = new BatchingInstruments(inner.Info.Name, inner.Info.Version, meters);
        _payoff = new PayoffController(clock, OnDecided);
        _options = options;
        _direct = new DirectGate(options.Current.MaxQueuedRows);
        _batches = new BatchExecutor(inner, clock, options.Current, _instruments, _payoff);
        options.OnChange(Apply);
    }

    /// <summary>Decides whether calls bypass batching.</summary>
    internal PayoffController Payoff => _payoff;

    public bool IsSteppedAside => _payoff.SteppedAside;

    public int RowLimit => _batches.State.RowLimit;

    public TimeSpan Delay => _clock.GetElapsedTime(0, _batches.State.Delay);

    public int QueuedRows => _batches.State.QueuedRows;

    public int BatchesInFlight => _batches.State.InFlight;

    public override ValueTask<NamedValues> RunAsync(NamedValues inputs, RunContext? context = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        if (_payoff.Bypass && context?.Deadline is null && Rows.BatchRows.TryCount(inputs, out int rows) && rows > 0 && _direct.TryEnter(rows, out int cell))
        {
            return RunBypassed(inputs, context, rows, cell, cancellationToken);
        }

        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<NamedValues>(cancellationToken);
        }

        if (context?.Deadline is { } deadline && deadline <= _clock.GetUtcNow())
        {
            _instruments.Unserved("deadline");
            return ValueTask.FromException<NamedValues>(new DeadlineExceededException($"Model '{_model}': the deadline {deadline:O} had already passed when the call arrived; the call did not run. Set a later deadline.") { Deadline = deadline });
        }

        if (RunScope.IsInside(_batches))
        {
            return ValueTask.FromException<NamedValues>(new InferenceException(
                $"Model '{_model}': expected calls from outside its pipeline, got one from a run below UseBatching ({_stages}), which would wait for itself. Call the runner below the stage, or start the call where the run's execution context does not flow."));
        }

        BatchingOptions options = _options.Current;
        if (!Rows.BatchRows.TryCount(inputs, out rows) || rows == 0)
        {
            return Inner.RunAsync(inputs, context, cancellationToken);
        }

        // While as many rows bypass batching as may queue, further calls queue, so that the bound, priorities and shedding still apply.
        if (_payoff.Direct && options.StepAside && _direct.TryEnter(rows, out cell))
        {
            _payoff.Enter();
            return RunPast(inputs, context, new(rows, _clock.GetTimestamp(), cell, IsCounted: true), cancellationToken);
        }

        long entered = _payoff.ShouldTimeEntry ? _clock.GetTimestamp() : 0;

        // Before the call is counted: an exception from the caller's own code belongs to the caller. The set is copied because the call waits with others: if the caller changed its set
        // meanwhile, the rows of other calls would move.
        NamedValues given = inputs.Snapshot();
        if (!Rows.BatchRows.TryCount(given, out int seen) || seen != rows)
        {
            throw new InvalidInputException($"Model '{_model}': the set of inputs was changed or disposed by another thread while it was read. Do not use it until the call has completed.");
        }

        long cost = BatchAssembler.Cost(given, options);
        _payoff.Enter();
        long now = _clock.GetTimestamp();
        if (options.RunInlineWhenIdle && _batches.TryEnterInline(rows, now))
        {
            return RunInline(inputs, context, new(rows, now), cancellationToken);
        }

        var call = new PendingCall
        {
            Inputs = given,
            Context = context,
            CancellationToken = cancellationToken,
            Rows = rows,
            Cost = cost,
            EnqueuedAt = now,
            ExpiresAt = context?.Deadline is { } end ? now + BatchScheduler.TicksOf(end - _clock.GetUtcNow(), _clock.TimestampFrequency) : long.MaxValue,
        };
        if (cancellationToken.CanBeCanceled)
        {
            // Registered before the call is queued, so that it cannot complete while the registration is being stored.
            call.Registration = cancellationToken.UnsafeRegister(static (state, _) =>
            {
                (BatchExecutor batches, PendingCall call) = ((BatchExecutor, PendingCall))state!;
                batches.Handle(new(BatchEventKind.Cancelled, call));
            }, (_batches, call));
        }

        if (SynchronousCall.IsCurrent)
        {
            _batches.QueueAndWait(call);
        }
        else
        {
            _batches.Handle(new(BatchEventKind.Arrived, call));
            if (entered != 0)
            {
                _payoff.Entered(_clock.GetTimestamp() - entered);
            }
        }

        return call.Task;
    }

    public override object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceType == typeof(IBindable) ? null : base.GetService(serviceType, serviceKey);

    public override async ValueTask DisposeAsync()
    {
        if (TryStop())
        {
            await _batches.Drained.ConfigureAwait(false);
            await base.DisposeAsync().ConfigureAwait(false);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (!disposing || !TryStop())
        {
            return;
        }

        // Accepted calls still run; the inner runner is disposed after the last of them.
        if (_batches.Drained.IsCompleted)
        {
            base.Dispose(disposing);
        }
        else
        {
            _ = DisposeInnerLaterAsync();
        }
    }

    private bool TryStop()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return false;
        }

        _options.Dispose();
        _payoff.Dispose();
        _batches.Handle(new(BatchEventKind.Stopped));
        return true;
    }

    private async Task DisposeInnerLaterAsync()
    {
        await _batches.Drained.ConfigureAwait(false);
        await Inner.DisposeAsync().ConfigureAwait(false);
    }

    private void Apply(BatchingOptions options)
    {
        _payoff.Enabled = options.StepAside;
        _direct.SetLimit(options.MaxQueuedRows);
        _batches.Handle(new(BatchEventKind.OptionsChanged, Options: options));
    }

    // As RunPast for a call that nothing is recorded of: of a model that takes half a microsecond, every part of this shows.
    private ValueTask<NamedValues> RunBypassed(NamedValues inputs, RunContext? context, int rows, int cell, CancellationToken cancellationToken)
    {
        ValueTask<NamedValues> run;
        try
        {
            run = Inner.RunAsync(inputs, context, cancellationToken);
        }
        catch
        {
            _direct.Exit(rows, cell);
            throw;
        }

        if (!run.IsCompleted)
        {
            return FinishAsync(run, new(rows, Cell: cell));
        }

        _direct.Exit(rows, cell);
        return run;
    }

    private ValueTask<NamedValues> RunInline(NamedValues inputs, RunContext? context, in Passage passage, CancellationToken cancellationToken)
    {
        if (_callsNobody)
        {
            return RunPast(inputs, context, passage, cancellationToken);
        }

        RunScope scope = RunScope.Enter(_batches);
        try
        {
            return RunPast(inputs, context, passage with { Scope = scope }, cancellationToken);
        }
        finally
        {
            scope.Leave();
        }
    }

    private ValueTask<NamedValues> RunPast(NamedValues inputs, RunContext? context, in Passage passage, CancellationToken cancellationToken)
    {
        ValueTask<NamedValues> run;
        try
        {
            run = Inner.RunAsync(inputs, context, cancellationToken);
        }
        catch
        {
            Leave(passage, good: false);
            throw;
        }

        if (!run.IsCompleted)
        {
            return FinishAsync(run, passage);
        }

        Leave(passage, run.IsCompletedSuccessfully);
        return run;
    }

    private async ValueTask<NamedValues> FinishAsync(ValueTask<NamedValues> run, Passage passage)
    {
        bool good = false;
        try
        {
            NamedValues outputs = await run.ConfigureAwait(false);
            good = true;
            return outputs;
        }
        finally
        {
            Leave(passage, good);
        }
    }

    private void Leave(in Passage passage, bool good)
    {
        passage.Scope?.End();
        if (passage.Cell is { } cell)
        {
            _direct.Exit(passage.Rows, cell);
            if (passage.IsCounted)
            {
                if (good)
                {
                    _payoff.RanAlone(_clock.GetTimestamp() - passage.Since, passage.Rows);
                }

                _payoff.Exit(direct: true, 1, passage.Rows);
            }

            return;
        }

        if (good)
        {
            _payoff.RanAlone(_clock.GetTimestamp() - passage.Since, passage.Rows);
        }

        _instruments.Formed(passage.Rows);
        _payoff.Exit(direct: false, 1, passage.Rows);
        _batches.Handle(new(BatchEventKind.InlineFinished, Rows: passage.Rows, Since: passage.Since));
    }

    private void OnDecided(bool aside, double gain)
    {
        _instruments.Aside(aside, gain);
        LogDecision(_logger, _model, aside ? "bypassed" : "used", gain);
    }

    [LoggerMessage(1, LogLevel.Debug, "Model '{Model}': batching is {Use}; measured time per row without batching ÷ with batching = {Gain:F2}.")]
    private static partial void LogDecision(ILogger logger, string model, string use, double gain);
}
