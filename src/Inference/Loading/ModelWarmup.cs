namespace Inference.Loading;

/// <summary>Runs a model once on zeros in the shapes of its signature, so that kernels are compiled and a plan is prepared before the first call.</summary>
internal static class ModelWarmup
{
    /// <summary>Runs once; models whose inputs cannot be made up (no rank, no tensors, values out of range for zeros) are left as they are.</summary>
    public static async Task RunAsync(IModelRunner runner, CancellationToken cancellationToken)
    {
        using NamedValues? inputs = Zeros(runner.Info);
        if (inputs is null)
        {
            return;
        }

        try
        {
            using NamedValues outputs = await runner.RunAsync(inputs, new RunContext { BypassCache = true }, cancellationToken).ConfigureAwait(false);
        }
        catch (InferenceException)
        {
            // Zeros are not always in a model's domain; in that case the first real call prepares the model.
        }
    }

    private static NamedValues? Zeros(ModelInfo info)
    {
        var inputs = new NamedValues(info.Inputs.Count);
        foreach (ModelPort port in info.Inputs)
        {
            if (port.IsOptional)
            {
                continue;
            }

            if (port.Type is not { Kind: ModelValueKind.Tensor, Shape: { } shape } || port.Type.ElementType is ElementType.Undefined)
            {
                inputs.Dispose();
                return null;
            }

            TensorValue zeros = TensorValue.Allocate(port.Type.ElementType, [.. shape.Select(d => d.Size ?? 1)]);
            if (zeros.ElementType != ElementType.String)
            {
                zeros.AsWritableBytes().Clear();
            }

            inputs.Add(port.Name, zeros);
        }

        return inputs;
    }
}
