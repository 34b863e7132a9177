using Inference.Execution;
using Inference.Graph;
using Inference.Splitting;

namespace Inference.Loading;

/// <summary>Runs a model on the managed engine. Thread-safe; completes synchronously.</summary>
internal sealed class ManagedRunner : IModelRunner, IBindable, IModelSplitter, IModelStatus
{
    // What a trial at load may hold.
    private const long MaxTrialBytes = 16 << 20;

    private readonly LoadedModel _model;
    private readonly RunGate _gate;
    private readonly TimeSpan? _maxRunTime;
    private readonly ModelLoadOptions _options;
    private CallState? _idleState;

    public ManagedRunner(LoadedModel model, ModelLoadOptions options)
    {
        _model = model;
        _maxRunTime = options.MaxRunTime;
        _options = options.Clone();
        _gate = new(model.Info.Name, model.Dispose);
        model.Info = RowIndependenceCheck.Apply(this, options, AffordsTrial);
        model.Executable.Forget();
    }

    public ModelInfo Info => _model.Info;

    public ModelState State => ModelState.Ready;

    public string Description => "";

    internal LoadedModel Model => _model;

    public ValueTask<NamedValues> RunAsync(NamedValues inputs, RunContext? context = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<NamedValues>(cancellationToken);
        }

        try
        {
            return new(Run(inputs, context, cancellationToken));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<NamedValues>(cancellationToken);
        }
        catch (Exception exception)
        {
            return ValueTask.FromException<NamedValues>(exception);
        }
    }

    public BoundRun Bind()
    {
        _gate.Enter();
        return new ManagedBoundRun(_model, _gate);
    }

    public ModelSplit? Split(IReadOnlyCollection<string> branchInputs)
    {
        _gate.Enter();
        try
        {
            return ModelSplitter.Split(_model.Source!, Info, _options, branchInputs, Hold);
        }
        finally
        {
            _gate.Exit();
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        bool isThere = serviceKey is null && serviceType.IsInstanceOfType(this) && (serviceType != typeof(IModelSplitter) || _model.Source is not null);
        return isThere ? this : null;
    }

    public void Dispose() => _gate.Close();

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Hands a frame that is ready to run on these inputs to an observer.</summary>
    internal T Observe<T>(NamedValues inputs, Func<ExecutablePlan, ExecutionFrame, T> observe)
    {
        _gate.Enter();
        var call = new CallState();
        try
        {
            ExecutablePlan plan = call.Bind(_model, inputs).PlanFor(call.Values);
            ExecutionFrame frame = plan.Rent();
            using var outputs = new NamedValues(Info.Outputs.Count);
            try
            {
                for (int i = 0; i < call.Values.Length; i++)
                {
                    if (call.Values[i] is { } value)
                    {
                        frame.SetInput(i, value);
                    }
                }

                OutputCollector.Allocate(plan, frame, call, Info.Outputs, outputs);
                return observe(plan, frame);
            }
            finally
            {
                plan.Return(frame);
            }
        }
        finally
        {
            call.Clear();
            _gate.Exit();
        }
    }

    // Parts read the weights in place: they stay as long as a part does.
    private Action Hold()
    {
        _gate.Enter();
        return _gate.Exit;
    }

    // Small as graphs go, and as planned for these inputs.
    private bool AffordsTrial(NamedValues inputs)
    {
        if (!RowIndependenceCheck.IsSmall(_model.Executable.Graph))
        {
            return false;
        }

        var call = new CallState();
        try
        {
            return call.Bind(_model, inputs).PlanFor(call.Values).Plan is { ArenaBytes: <= MaxTrialBytes, ScratchBytes: <= MaxTrialBytes };
        }
        catch (InferenceException)
        {
            return true;
        }
        finally
        {
            call.Clear();
        }
    }

    private NamedValues Run(NamedValues inputs, RunContext? context, CancellationToken cancellationToken)
    {
        _gate.Enter();
        using MemoryLimit.Scope limit = MemoryLimit.Enter(_model.MaxMemoryBytes);
        CallState call = Interlocked.Exchange(ref _idleState, null) ?? new CallState();
        try
        {
            GraphExecutable executable = call.Bind(_model, inputs);
            RunControl control = Control(context, cancellationToken);
            ExecutablePlan plan = executable.PlanFor(call.Values, control);
            ExecutionFrame frame = plan.Rent();
            var outputs = new NamedValues(Info.Outputs.Count);
            try
            {
                for (int i = 0; i < call.Values.Length; i++)
                {
                    if (call.Values[i] is { } value)
                    {
                        frame.SetInput(i, value);
                    }
                }

                OutputCollector.Allocate(plan, frame, call, Info.Outputs, outputs);
                frame.Execute(control);
                OutputCollector.Collect(plan, frame, Info.Outputs, outputs);
                return outputs;
            }
            catch (InferenceException exception) when (exception is ModelRunException)
            {
                outputs.Dispose();
                throw new ModelRunException($"Model '{Info.Name}': {exception.Message}", exception);
            }
            catch
            {
                outputs.Dispose();
                throw;
            }
            finally
            {
                plan.Return(frame);
            }
        }
        finally
        {
            try
            {
                call.Clear();
                _idleState = call;
            }
            finally
            {
                _gate.Exit();
            }
        }
    }

    private RunControl Control(RunContext? context, CancellationToken cancellationToken)
    {
        long stopAt = long.MaxValue;
        if (_maxRunTime is { } limit)
        {
            stopAt = After(limit);
        }

        if (context?.Deadline is { } deadline)
        {
            TimeSpan left = deadline - TimeProvider.System.GetUtcNow();
            if (left <= TimeSpan.Zero)
            {
                throw new DeadlineExceededException($"Model '{Info.Name}': the call's deadline {deadline:O} passed before it started.");
            }

            stopAt = Math.Min(stopAt, After(left));
        }

        return new(cancellationToken, stopAt);
    }

    private static long After(TimeSpan time)
    {
        double ticks = time.TotalSeconds * TimeProvider.System.TimestampFrequency;
        return ticks > long.MaxValue / 4 ? long.MaxValue : TimeProvider.System.GetTimestamp() + (long)ticks;
    }
}
