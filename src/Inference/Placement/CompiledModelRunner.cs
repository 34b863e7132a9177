using Inference.Loading;
using Inference.Providers;

namespace Inference.Placement;

/// <summary>Runs a model that one provider compiled as a whole. Thread-safe.</summary>
internal sealed class CompiledModelRunner : IModelRunner, IModelStatus
{
    private readonly ICompiledModel _compiled;
    private readonly RunGate _gate;
    private readonly TimeSpan? _maxRunTime;

    public CompiledModelRunner(ICompiledModel compiled, ModelInfo info, ModelLoadOptions options, Action release, bool isSmall)
    {
        _compiled = compiled;
        Info = info;
        _maxRunTime = options.MaxRunTime;
        _gate = new(info.Name, () =>
        {
            compiled.Dispose();
            release();
        });
        Info = RowIndependenceCheck.Apply(this, options, _ => isSmall);
    }

    public ModelInfo Info { get; }

    public ModelState State => ModelState.Ready;

    public string Description => "";

    public ValueTask<NamedValues> RunAsync(NamedValues inputs, RunContext? context = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
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

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is null && serviceType.IsInstanceOfType(this) ? this
            : serviceKey is null && serviceType.IsInstanceOfType(_compiled) ? _compiled
            : null;
    }

    public void Dispose() => _gate.Close();

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    // One element goes in with the rank that is declared.
    private static ModelValue Fit(ModelPort port, ModelValue value)
    {
        if (value is not TensorValue tensor || port.Type.Kind != ModelValueKind.Tensor)
        {
            return value;
        }

        ReadOnlySpan<long> shape = InputBinder.Shape(port, tensor);
        if (shape.Length == tensor.Rank)
        {
            return value;
        }

        TensorValue copy = TensorValue.Allocate(tensor.ElementType, shape);
        if (tensor.ElementType == ElementType.String)
        {
            tensor.AsSpan<string>().CopyTo(copy.AsWritableSpan<string>());
        }
        else
        {
            tensor.AsBytes().CopyTo(copy.AsWritableBytes());
        }

        return copy;
    }

    private NamedValues Run(NamedValues inputs, RunContext? context, CancellationToken cancellationToken)
    {
        _gate.Enter();
        try
        {
            var values = new ModelValue[Info.Inputs.Count];
            int found = 0;
            for (int i = 0; i < values.Length; i++)
            {
                ModelPort port = Info.Inputs[i];
                if (!inputs.TryGet(port.Name, out ModelValue? value))
                {
                    InputBinder.ThrowMissing(Info, port);
                }

                InputBinder.Check(Info.Name, port, value);
                values[i] = Fit(port, value);
                found++;
            }

            if (found != inputs.Count)
            {
                InputBinder.ThrowUnknown(Info, inputs);
            }

            using CancellationTokenSource? limit = Limit(context, cancellationToken);
            var results = new ModelValue?[Info.Outputs.Count];
            try
            {
                _compiled.Run(values, results, limit?.Token ?? cancellationToken);
            }
            catch (OperationCanceledException exception) when (limit is { IsCancellationRequested: true } && !cancellationToken.IsCancellationRequested)
            {
                throw new DeadlineExceededException($"Model '{Info.Name}': the run was stopped: it took longer than the limit set for it.", exception);
            }

            var outputs = new NamedValues(results.Length);
            for (int i = 0; i < results.Length; i++)
            {
                outputs.Set(Info.Outputs[i].Name, results[i] ?? throw new ModelRunException($"Model '{Info.Name}': the provider '{Info.Provider}' left output '{Info.Outputs[i].Name}' empty."));
            }

            return outputs;
        }
        finally
        {
            _gate.Exit();
        }
    }

    private CancellationTokenSource? Limit(RunContext? context, CancellationToken cancellationToken)
    {
        TimeSpan? left = context?.Deadline - TimeProvider.System.GetUtcNow();
        if (left <= TimeSpan.Zero)
        {
            throw new DeadlineExceededException($"Model '{Info.Name}': the call's deadline {context!.Deadline:O} passed before it started.");
        }

        TimeSpan? limit = left is null ? _maxRunTime : _maxRunTime is null || left < _maxRunTime ? left : _maxRunTime;
        if (limit is not { } time)
        {
            return null;
        }

        var source = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        source.CancelAfter(time);
        return source;
    }
}
