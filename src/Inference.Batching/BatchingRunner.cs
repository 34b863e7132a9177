using Inference.Batching.Batches;
using Inference.Batching.Control;
using Inference.Batching.Diagnostics;
using Inference.Batching.Queue;
using Inference.Batching.Scheduling;
using Microsoft.Extensions.Logging;

namespace Inference.Batching;

/// <summary>Joins concurrent calls into batches; see <see cref="BatchingOptions"/>.</summary>
internal sealed partial class BatchingRunner : DelegatingModelRunner, IBatchingStatus
{
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly BatchScheduler _scheduler;
    private readonly BatchingInstruments _instruments;
    private readonly PayoffController _payoff;
    private readonly DirectGate _direct;
    private readonly StageOptions<BatchingOptions> _options;
    private readonly string _model;
    private int _disposed;

    public BatchingRunner(IModelRunner inner, TimeProvider clock, ILogger logger, StageOptions<BatchingOptions> options)
        : base(inner)
    {
        _clock = clock;
        _logger = logger;
        _model = inner.Info.Name;
        _instruments = new BatchingInstruments(inner.Info);
        _payoff = new PayoffController(clock, OnDecided);
        var assembler = new BatchAssembler(inner.Info);
        var executor = new BatchExecutor(inner, clock, assembler, _instruments);
        _options = options;
        _direct = new DirectGate(options.Current.MaxQueuedRows);
        _scheduler = executor.Scheduler =
            new BatchScheduler(_model, clock, assembler, options.Current, _instruments, RunBatchAsync, _payoff.Leave, () => _payoff.TrialRows);
        options.OnChange(Apply);

        async Task RunBatchAsync(Batch batch)
        {
            int rows = batch.Rows;
            int calls = batch.Count;
            await executor.RunAsync(batch).ConfigureAwait(false);
            _payoff.Exit(direct: false, calls, rows);
        }
    }

    /// <summary>Decides whether calls go past batching.</summary>
    internal PayoffController Payoff => _payoff;

    public bool IsSteppedAside => _payoff.SteppedAside;

    public int RowLimit => _scheduler.RowLimit;

    public TimeSpan Delay => _scheduler.Delay;

    public int QueuedRows => _scheduler.QueuedRows;

    public int BatchesInFlight => _scheduler.InFlight;

    public override ValueTask<NamedValues> RunAsync(NamedValues inputs, RunContext? context = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        if (_payoff.Bypass && context?.Deadline is null && Rows.BatchRows.TryCount(inputs, out int rows) && rows > 0 && _direct.TryEnter(rows, out int cell))
        {
            return RunDirect(inputs, context, cancellationToken, rows, cell, counted: false);
        }

        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<NamedValues>(cancellationToken);
        }

        if (context?.Deadline is { } deadline && deadline <= _clock.GetUtcNow())
        {
            _instruments.Unserved("deadline");
            return ValueTask.FromException<NamedValues>(new DeadlineExceededException($"Model '{_model}': the deadline {deadline:O} had passed when the call came; it did not run. Allow more time."));
        }

        BatchingOptions options = _options.Current;
        if (!Rows.BatchRows.TryCount(inputs, out rows) || rows == 0)
        {
            return Inner.RunAsync(inputs, context, cancellationToken);
        }

        // Where as many rows run past batching as may queue, further calls queue: the bound, priorities and shedding hold there.
        if (_payoff.Direct && options.StepAside && _direct.TryEnter(rows, out cell))
        {
            _payoff.Enter();
            return RunDirect(inputs, context, cancellationToken, rows, cell, counted: true);
        }

        // Before the call is counted: what the caller's own code throws is the caller's. A set of its own, because the call waits with others: if the caller's changed
        // meanwhile, rows of others would move.
        NamedValues given = inputs.Snapshot();
        if (!Rows.BatchRows.TryCount(given, out int seen) || seen != rows)
        {
            throw new InvalidInputException($"Model '{_model}': the set of inputs was changed or disposed by another thread while it was read. Leave it alone until the call has completed.");
        }

        long cost = BatchAssembler.Cost(given, options);
        _payoff.Enter();
        long now = _clock.GetTimestamp();
        if (options.RunInlineWhenIdle && _scheduler.TryEnterInline(rows, now))
        {
            return RunInline(inputs, context, cancellationToken, rows, now);
        }

        var call = new PendingCall
        {
            Inputs = given,
            Context = context,
            CancellationToken = cancellationToken,
            Rows = rows,
            Cost = cost,
            EnqueuedAt = now,
        };
        if (cancellationToken.CanBeCanceled)
        {
            // Registered before the queue knows the call, so that nobody completes it while the registration is being stored.
            call.Registration = cancellationToken.UnsafeRegister(static (state, _) =>
            {
                (BatchScheduler scheduler, PendingCall call) = ((BatchScheduler, PendingCall))state!;
                scheduler.Cancel(call);
            }, (_scheduler, call));
        }

        _scheduler.Enqueue(call);
        return call.Task;
    }

    public override object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceType == typeof(IBindable) ? null : base.GetService(serviceType, serviceKey);

    public override async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _payoff.Dispose();
            _scheduler.Stop();
            await _scheduler.Drained.ConfigureAwait(false);
            _options.Dispose();
            await base.DisposeAsync().ConfigureAwait(false);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _payoff.Dispose();
            _scheduler.Stop();
            _options.Dispose();

            // What was accepted still runs; the runner below goes with the last of it.
            if (_scheduler.Drained.IsCompleted)
            {
                base.Dispose(disposing);
            }
            else
            {
                _ = DisposeInnerLaterAsync();
            }
        }
    }

    private async Task DisposeInnerLaterAsync()
    {
        await _scheduler.Drained.ConfigureAwait(false);
        await Inner.DisposeAsync().ConfigureAwait(false);
    }

    private void Apply(BatchingOptions options)
    {
        _payoff.Enabled = options.StepAside;
        _direct.SetLimit(options.MaxQueuedRows);
        _scheduler.Apply(options);
    }

    private ValueTask<NamedValues> RunInline(NamedValues inputs, RunContext? context, CancellationToken cancellationToken, int rows, long start)
    {
        ValueTask<NamedValues> run;
        try
        {
            run = Inner.RunAsync(inputs, context, cancellationToken);
        }
        catch
        {
            LeaveInline(rows, start, good: false);
            throw;
        }

        if (!run.IsCompleted)
        {
            return FinishInline(run, rows, start);
        }

        LeaveInline(rows, start, run.IsCompletedSuccessfully);
        return run;
    }

    private async ValueTask<NamedValues> FinishInline(ValueTask<NamedValues> run, int rows, long start)
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
            LeaveInline(rows, start, good);
        }
    }

    private void LeaveInline(int rows, long start, bool good)
    {
        if (good)
        {
            _payoff.RanAlone(_clock.GetTimestamp() - start, rows);
        }

        _instruments.Formed(rows);
        _payoff.Exit(direct: false, 1, rows);
        _scheduler.ExitInline(rows, start);
    }

    private ValueTask<NamedValues> RunDirect(NamedValues inputs, RunContext? context, CancellationToken cancellationToken, int rows, int cell, bool counted)
    {
        ValueTask<NamedValues> run;
        try
        {
            run = Inner.RunAsync(inputs, context, cancellationToken);
        }
        catch
        {
            LeaveDirect(rows, cell, counted);
            throw;
        }

        if (!run.IsCompleted)
        {
            return FinishDirect(run, rows, cell, counted);
        }

        LeaveDirect(rows, cell, counted);
        return run;
    }

    private async ValueTask<NamedValues> FinishDirect(ValueTask<NamedValues> run, int rows, int cell, bool counted)
    {
        try
        {
            return await run.ConfigureAwait(false);
        }
        finally
        {
            LeaveDirect(rows, cell, counted);
        }
    }

    private void LeaveDirect(int rows, int cell, bool counted)
    {
        _direct.Exit(rows, cell);
        if (counted)
        {
            _payoff.Exit(direct: true, 1, rows);
        }
    }

    private void OnDecided(bool aside, double gain)
    {
        _instruments.Aside(aside, gain);
        LogDecision(_logger, _model, aside ? "left out" : "used", gain);
    }

    [LoggerMessage(1, LogLevel.Information, "Model '{Model}': batching is {Use}; the time per row without it ÷ with it was measured as {Gain:F2}.")]
    private static partial void LogDecision(ILogger logger, string model, string use, double gain);
}
