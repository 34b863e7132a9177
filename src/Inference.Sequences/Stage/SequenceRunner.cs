using Inference.Feedback;
using Inference.Security;
using Inference.Sequences.States;
using Inference.Sequences.Store;

namespace Inference.Sequences.Stage;

/// <summary>Gives each call the states that the last call of its sequence left; see <see cref="SequenceOptions"/>. Thread-safe.</summary>
internal sealed class SequenceRunner : DelegatingModelRunner, ISequences, IErasable
{
    private readonly TimeProvider _clock;
    private readonly StateTable _table;
    private readonly SequenceStore _store;
    private readonly StageOptions<SequenceOptions> _options;
    private int _disposed;

    /// <summary>Wraps a runner.</summary>
    /// <param name="inner">The runner; owned.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="table">The states; owned.</param>
    /// <param name="store">The sequences; owned.</param>
    /// <param name="options">The options; owned, and followed.</param>
    public SequenceRunner(IModelRunner inner, TimeProvider clock, StateTable table, SequenceStore store, StageOptions<SequenceOptions> options)
        : base(inner)
    {
        _clock = clock;
        _table = table;
        _store = store;
        _options = options;
        string states = Names(options.Current);
        options.OnChange(changed =>
        {
            if (Names(changed) != states)
            {
                throw new InferenceException($"Model '{inner.Info.Name}', UseSequences: expected the states with which the model was loaded ({states}), got {Names(changed)}. Load the model again to change them.");
            }

            store.SetOptions(changed);
        });
    }

    public override ModelInfo Info => _table.Info;

    public int Count => _store.Count;

    public override ValueTask<NamedValues> RunAsync(NamedValues inputs, RunContext? context = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        if (context?.Sequence is not { } call)
        {
            return RunAloneAsync(inputs, context, cancellationToken);
        }

        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<NamedValues>(cancellationToken);
        }

        SequenceTurn turn;
        try
        {
            if (call.InitialStates is { } initial)
            {
                _table.CheckInitial(initial);
            }

            turn = _store.Enter(call, context);
        }
        catch (Exception exception)
        {
            return ValueTask.FromException<NamedValues>(exception);
        }

        // A call that waits on its thread waits here too, and goes on with the thread that it has.
        return turn.Wait is null ? RunTurnAsync(turn.Entry, inputs, context, cancellationToken)
            : SynchronousCall.IsCurrent ? WaitAndRun(turn, inputs, context, cancellationToken)
            : WaitAndRunAsync(turn, inputs, context, cancellationToken);
    }

    public bool End(SequenceCall sequence, string? tenant = null)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        return _store.End(sequence, tenant);
    }

    /// <summary>Ends the sequences that the owner's calls began. Calls in flight complete; their states are freed then.</summary>
    public ValueTask<ErasureReport> EraseAsync(DataOwner owner, CancellationToken cancellationToken = default)
    {
        owner.ThrowIfNotOne();
        _store.Erase(owner.Subject is { } subject
            ? entry => string.Equals(entry.Subject, subject, StringComparison.Ordinal)
            : entry => string.Equals(entry.Key.Tenant, owner.Tenant, StringComparison.Ordinal));
        return Inner.GetService<IErasable>() is { } below ? below.EraseAsync(owner, cancellationToken) : ValueTask.FromResult(new ErasureReport(owner));
    }

    // What is below takes the states as inputs.
    public override object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceType == typeof(IBindable) || serviceType == typeof(IModelSplitter) ? null : base.GetService(serviceType, serviceKey);

    public override async ValueTask DisposeAsync()
    {
        if (TryStop())
        {
            await DisposeInnerAsync().ConfigureAwait(false);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (!disposing || !TryStop())
        {
            return;
        }

        // Calls that have a place in their sequence still run; the inner runner is disposed after the last of them.
        if (_store.Drained.IsCompleted)
        {
            _table.Dispose();
            base.Dispose(disposing);
        }
        else
        {
            _ = DisposeInnerAsync();
        }
    }

    private static string Names(SequenceOptions options) =>
        string.Join(", ", options.States.Select(s => $"'{s.Output}' to '{s.Input}'{(s.Shape is { } shape ? $" {TensorShape.Format([.. shape])}" : "")}")) + (options.ReturnStates ? ", returned" : "");

    private bool TryStop()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return false;
        }

        _options.Dispose();
        _store.Dispose();
        return true;
    }

    private async Task DisposeInnerAsync()
    {
        await _store.Drained.ConfigureAwait(false);
        _table.Dispose();
        await Inner.DisposeAsync().ConfigureAwait(false);
    }

    private async ValueTask<NamedValues> RunAloneAsync(NamedValues inputs, RunContext? context, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        ModelValue[] begin = _table.Begin(null, inputs);
        try
        {
            NamedValues outputs = await Inner.RunAsync(_table.Join(inputs, begin), context, cancellationToken).ConfigureAwait(false);
            NamedValues result = _table.Take(outputs, out ModelValue[] states);
            StateTable.Free(states);
            return result;
        }
        finally
        {
            StateTable.Free(begin);
        }
    }

    private async ValueTask<NamedValues> WaitAndRunAsync(SequenceTurn turn, NamedValues inputs, RunContext context, CancellationToken cancellationToken)
    {
        try
        {
            TimeSpan left = TimeLeft(context);
            await (left < TimeSpan.Zero ? turn.Wait!.Task.WaitAsync(cancellationToken) : turn.Wait!.Task.WaitAsync(left, _clock, cancellationToken)).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            _store.GiveUp(turn);
            if (exception is TimeoutException)
            {
                throw Late(context, exception);
            }

            throw;
        }

        return await RunTurnAsync(turn.Entry, inputs, context, cancellationToken).ConfigureAwait(false);
    }

    private ValueTask<NamedValues> WaitAndRun(SequenceTurn turn, NamedValues inputs, RunContext context, CancellationToken cancellationToken)
    {
        try
        {
            TimeSpan left = TimeLeft(context);
            if (!turn.Wait!.Task.Wait(left < TimeSpan.Zero ? Timeout.InfiniteTimeSpan : left, cancellationToken))
            {
                _store.GiveUp(turn);
                return ValueTask.FromException<NamedValues>(Late(context, null));
            }
        }
        catch (OperationCanceledException)
        {
            _store.GiveUp(turn);
            return ValueTask.FromCanceled<NamedValues>(cancellationToken);
        }

        return RunTurnAsync(turn.Entry, inputs, context, cancellationToken);
    }

    private async ValueTask<NamedValues> RunTurnAsync(SequenceEntry entry, NamedValues inputs, RunContext context, CancellationToken cancellationToken)
    {
        SequenceCall call = context.Sequence!;
        ModelValue[]? begin = null;
        ModelValue[]? states = null;
        try
        {
            if (entry.IsClosed)
            {
                throw _store.Unknown(call.Id);
            }

            cancellationToken.ThrowIfCancellationRequested();
            if (context.Deadline <= _clock.GetUtcNow())
            {
                throw Late(context, null);
            }

            ModelValue[] before = entry.States ?? (begin = _table.Begin(entry.Initial, inputs));
            NamedValues outputs = await Inner.RunAsync(_table.Join(inputs, before), context.With(null), cancellationToken).ConfigureAwait(false);
            return _table.Take(outputs, out states);
        }
        finally
        {
            StateTable.Free(begin);
            _store.Leave(entry, states, call.End && states is not null);
        }
    }

    // Below zero for no deadline. Timers are limited to about 49 days.
    private TimeSpan TimeLeft(RunContext context)
    {
        if (context.Deadline is not { } deadline || deadline - _clock.GetUtcNow() is var left && left > TimeSpan.FromDays(49))
        {
            return Timeout.InfiniteTimeSpan;
        }

        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private DeadlineExceededException Late(RunContext context, Exception? cause) =>
        new($"Model '{Info.Name}', sequence '{context.Sequence!.Id}': the deadline {context.Deadline:O} passed before the calls before this one had completed; it did not run, and the state is as it was. Set a later deadline.", cause) { Deadline = context.Deadline };
}
