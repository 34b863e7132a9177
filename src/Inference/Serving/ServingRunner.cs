namespace Inference.Serving;

/// <summary>
/// The runner over any compiled model: accepts calls until it is disposed, within their deadline and the model's time limit; calls in flight are allowed to finish. What the user states of
/// the model's rows is tested before the runner is returned. Thread-safe; completes synchronously.
/// </summary>
internal sealed class ServingRunner : IModelRunner, IBindable, IModelSplitter, IModelStatus
{
    private readonly ServedModel _model;
    private readonly RunGate _gate;
    private readonly TimeSpan? _maxRunTime;
    private readonly string? _placement;

    /// <summary>Serves a model.</summary>
    /// <param name="model">The model; owned, and disposed if this fails.</param>
    /// <param name="options">The load options.</param>
    /// <param name="otherwise">Options to use if the row independence asserted by the others is wrong; null to fail in that case.</param>
    /// <exception cref="ModelLoadException">The row independence asserted by the options is wrong.</exception>
    public ServingRunner(ServedModel model, ModelLoadOptions options, ModelLoadOptions? otherwise = null)
    {
        _model = model;
        _maxRunTime = options.MaxRunTime;
        _placement = model.Placement;
        _gate = new(model.Info.Name, model.NewCall, model.Dispose);
        Info = model.Info;
        try
        {
            Info = Try(options, otherwise);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public ModelInfo Info { get; }

    public ModelState State => ModelState.Ready;

    public string Description => "";

    /// <summary>The clock of deadlines and limits.</summary>
    public TimeProvider Clock { get; set; } = TimeProvider.System;

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
        _gate.Hold();
        try
        {
            return _model.Bind(_gate, _maxRunTime, Clock);
        }
        catch
        {
            _gate.Drop();
            throw;
        }
    }

    public ModelSplit? Split(IReadOnlyCollection<string> branchInputs)
    {
        _gate.Hold();
        try
        {
            return _model.Split(Info, branchInputs, Hold);
        }
        finally
        {
            _gate.Drop();
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        if (serviceKey is not null || (serviceType == typeof(IModelSplitter) && !_model.IsSplittable))
        {
            return null;
        }

        return serviceType.IsInstanceOfType(this) ? this : _model.GetService(serviceType);
    }

    public void Dispose() => _gate.Close();

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    private ModelInfo Try(ModelLoadOptions options, ModelLoadOptions? otherwise)
    {
        try
        {
            return RowIndependenceCheck.Apply(this, options, AffordsTrial, _model.EndTrials);
        }
        catch (InferenceException) when (otherwise is not null)
        {
            return RowIndependenceCheck.Apply(this, otherwise, AffordsTrial, _model.EndTrials);
        }
    }

    private bool AffordsTrial(NamedValues inputs)
    {
        _gate.Hold();
        try
        {
            return _model.AffordsTrial(inputs);
        }
        finally
        {
            _gate.Drop();
        }
    }

    private NamedValues Run(NamedValues inputs, RunContext? context, CancellationToken cancellationToken)
    {
        object call = _gate.Enter();
        try
        {
            NamedValues outputs = _model.Run(inputs, new CallLimits(Time(context), Clock, cancellationToken), call);
            if (context is not null)
            {
                context.Record.Placement = _placement;
            }

            return outputs;
        }
        finally
        {
            _gate.Exit(call);
        }
    }

    // Parts read the model's memory in place, so it is kept as long as any part.
    private Action Hold()
    {
        _gate.Hold();
        return _gate.Drop;
    }

    // The time limit of a call; null for no limit.
    private TimeSpan? Time(RunContext? context)
    {
        if (context?.Deadline is not { } deadline)
        {
            return _maxRunTime;
        }

        TimeSpan left = deadline - Clock.GetUtcNow();
        return left <= TimeSpan.Zero ? throw new DeadlineExceededException($"Model '{Info.Name}': the call's deadline {deadline:O} passed before it started.") { Deadline = deadline }
            : _maxRunTime < left ? _maxRunTime : left;
    }
}
