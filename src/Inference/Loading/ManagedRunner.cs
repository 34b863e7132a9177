using Inference.Execution;
using Inference.Graph;
using Inference.Splitting;

namespace Inference.Loading;

/// <summary>Runs a model on the managed engine. Thread-safe; completes synchronously.</summary>
internal sealed class ManagedRunner : IModelRunner, IBindable, IModelSplitter, IModelStatus
{
    // What a trial at load may hold.
    private const long MaxTrialBytes = 16 << 20;
    private static readonly TimeSpan s_longestTrialPlan = TimeSpan.FromSeconds(1);

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
        return new ManagedBoundRun(_model, _gate, _maxRunTime);
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
    internal T Observe<T>(NamedValues inputs, Func<ExecutablePlan, ExecutionFrame, T> observe, CancellationToken cancellationToken = default)
    {
        _gate.Enter();
        var call = new CallState(_model);
        RunControl control = call.Control;
        try
        {
            control.Begin(cancellationToken);
            ExecutablePlan plan = call.Bind(inputs).PlanFor(call.Values, control);
            ExecutionFrame frame = plan.Rent(control);
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

        var call = new CallState(_model);
        try
        {
            call.Control.Begin(CancellationToken.None, s_longestTrialPlan);
            return call.Bind(inputs).PlanFor(call.Values, call.Control).Plan is { ArenaBytes: <= MaxTrialBytes, ScratchBytes: <= MaxTrialBytes };
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
        CallState call = Interlocked.Exchange(ref _idleState, null) ?? new CallState(_model);
        RunControl control = call.Control;
        try
        {
            control.Begin(cancellationToken, Time(context), _model.Clock);
            GraphExecutable executable = call.Bind(inputs);
            ExecutablePlan plan = executable.PlanFor(call.Values, control);
            ExecutionFrame frame = plan.Rent(control);
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
                frame.Execute();
                OutputCollector.Collect(plan, frame, call, Info.Outputs, outputs);
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

    // The time that a call may take; null for no limit.
    private TimeSpan? Time(RunContext? context)
    {
        TimeSpan? time = _maxRunTime;
        if (context?.Deadline is { } deadline)
        {
            TimeSpan left = deadline - _model.Clock.GetUtcNow();
            if (left <= TimeSpan.Zero)
            {
                throw new DeadlineExceededException($"Model '{Info.Name}': the call's deadline {deadline:O} passed before it started.");
            }

            time = time < left ? time : left;
        }

        return time;
    }
}
