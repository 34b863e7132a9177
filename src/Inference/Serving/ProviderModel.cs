using Inference.Providers;

namespace Inference.Serving;

/// <summary>A model that one provider compiled as a whole. Thread-safe.</summary>
/// <param name="compiled">The provider's model; owned.</param>
/// <param name="info">The model's description.</param>
/// <param name="release">Releases the file.</param>
/// <param name="isSmall">Whether a run costs little.</param>
/// <param name="sized">Whether the shape of an output is known to follow from those of the inputs, by output.</param>
internal sealed class ProviderModel(CompiledModel compiled, ModelInfo info, Action release, bool isSmall, IReadOnlyList<bool> sized) : ServedModel
{
    public override ModelInfo Info => info;

    public override bool AffordsTrial(NamedValues inputs) => isSmall;

    /// <summary>Whether equal input shapes are known to give equal shapes of an output.</summary>
    public bool IsSizedByInputs(int output) => sized[output];

    public override BoundRun Bind(RunGate gate, TimeSpan? maxRunTime, TimeProvider clock) => new ProviderBoundRun(this, gate, maxRunTime, clock);

    public override object? GetService(Type serviceType) => serviceType.IsInstanceOfType(compiled) ? compiled : base.GetService(serviceType);

    public override object NewCall() => new();

    public override NamedValues Run(NamedValues inputs, in CallLimits limits, object call)
    {
        var values = new ModelValue[info.Inputs.Count];
        for (int i = 0; i < values.Length; i++)
        {
            ModelPort port = info.Inputs[i];
            if (!inputs.TryGetValue(port.Name, out ModelValue? value))
            {
                InputBinder.ThrowMissing(info, port);
            }

            InputBinder.Check(info.Name, port, value);
            values[i] = Fit(port, value);
        }

        if (values.Length != inputs.Count)
        {
            InputBinder.ThrowUnknown(info, inputs);
        }

        var results = new ModelValue?[info.Outputs.Count];
        Run(values, results, limits);
        var outputs = new NamedValues(results.Length);
        for (int i = 0; i < results.Length; i++)
        {
            outputs.SetValue(info.Outputs[i].Name, results[i]!);
        }

        return outputs;
    }

    /// <summary>Runs once on values that were checked, by position; every slot is filled when it returns.</summary>
    public void Run(ModelValue[] values, ModelValue?[] results, in CallLimits limits)
    {
        if (limits.Time is { } time)
        {
            RunWithin(time, values, results, limits);
        }
        else
        {
            compiled.Run(values, results, limits.Cancellation);
        }

        int empty = Array.IndexOf(results, null);
        if (empty >= 0)
        {
            throw new ModelRunException($"Model '{info.Name}': the provider '{info.Provider}' left output '{info.Outputs[empty].Name}' empty.");
        }
    }

    public override void Dispose()
    {
        compiled.Dispose();
        release();
    }

    // A single element is passed with the declared rank.
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

    private void RunWithin(TimeSpan time, ModelValue[] values, ModelValue?[] results, in CallLimits limits)
    {
        using var timer = new CancellationTokenSource(time, limits.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, limits.Cancellation);
        try
        {
            compiled.Run(values, results, either.Token);
        }
        catch (OperationCanceledException exception) when (timer.IsCancellationRequested && !limits.Cancellation.IsCancellationRequested)
        {
            throw new DeadlineExceededException($"Model '{info.Name}': the run was stopped: it took longer than its limit (ModelLoadOptions.MaxRunTime).", exception);
        }
    }
}
