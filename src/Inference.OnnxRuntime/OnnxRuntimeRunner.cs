using Inference.OnnxRuntime.Native;

namespace Inference.OnnxRuntime;

/// <summary>An <see cref="OnnxRuntimeModel"/> as a runner, without the managed engine. Runs complete synchronously.</summary>
public sealed class OnnxRuntimeRunner : IModelRunner, IBindable, IModelStatus
{
    private readonly OnnxRuntimeModel _model;
    private readonly TimeProvider _clock;
    private readonly TimeSpan? _maxRunTime;
    private volatile bool _disposed;

    /// <summary>Makes a runner.</summary>
    /// <param name="model">The model; owned by the runner.</param>
    /// <param name="info">What the model is.</param>
    /// <param name="maxRunTime">Longest execution of one call; null: no limit.</param>
    /// <param name="clock">The clock for deadlines; null for the system's.</param>
    public OnnxRuntimeRunner(OnnxRuntimeModel model, ModelInfo info, TimeSpan? maxRunTime = null, TimeProvider? clock = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(info);
        _model = model;
        _maxRunTime = maxRunTime;
        _clock = clock ?? TimeProvider.System;
        Info = info;
    }

    /// <inheritdoc/>
    public ModelInfo Info { get; }

    /// <inheritdoc/>
    public ModelState State => _disposed ? ModelState.Failed : ModelState.Ready;

    /// <inheritdoc/>
    public string Description => _disposed ? "Disposed." : $"ONNX Runtime {_model.LibraryVersion}.";

    /// <inheritdoc/>
    public ValueTask<NamedValues> RunAsync(NamedValues inputs, RunContext? context = null, CancellationToken cancellationToken = default)
    {
        try
        {
            return new(Time(context) is { } limit ? RunLimited(inputs, limit, cancellationToken) : _model.Run(inputs, cancellationToken));
        }
        catch (OperationCanceledException exception)
        {
            return ValueTask.FromCanceled<NamedValues>(exception.CancellationToken);
        }
        catch (Exception exception)
        {
            return ValueTask.FromException<NamedValues>(exception);
        }
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType.IsInstanceOfType(this) ? this
            : serviceType.IsInstanceOfType(_model) ? _model
            : null;
    }

    /// <inheritdoc/>
    public BoundRun Bind() => new OnnxRuntimeBoundRun(_model.Core);

    /// <summary>Waits for runs in flight, then releases the session.</summary>
    public void Dispose()
    {
        _disposed = true;
        _model.Dispose();
    }

    /// <inheritdoc cref="Dispose"/>
    public ValueTask DisposeAsync()
    {
        _disposed = true;
        return _model.DisposeAsync();
    }

    // The time that a call may take; null for no limit.
    private TimeSpan? Time(RunContext? context)
    {
        if (context?.Deadline is not { } deadline)
        {
            return _maxRunTime;
        }

        TimeSpan left = deadline - _clock.GetUtcNow();
        return left <= TimeSpan.Zero
            ? throw new DeadlineExceededException($"Model '{Info.Name}': the deadline {deadline:O} passed before the run began. Allow more time, or send less work.")
            : _maxRunTime < left ? _maxRunTime : left;
    }

    private NamedValues RunLimited(NamedValues inputs, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(limit, _clock);
        using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timer.Token);
        try
        {
            return _model.Run(inputs, both.Token);
        }
        catch (OperationCanceledException exception)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new DeadlineExceededException($"Model '{Info.Name}': the run was stopped after {limit}, the time that its deadline or MaxRunTime left. Allow more time, or send less work.", exception);
        }
    }
}
