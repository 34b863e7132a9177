namespace Inference.Loading;

/// <summary>Runs a model once on zeros in the shapes of its signature, so that kernels are compiled and a plan is prepared before the first call.</summary>
internal static class ModelWarmup
{
    /// <summary>Runs once; models whose inputs cannot be made up (no rank, no tensors, values out of range for zeros) are left as they are.</summary>
    /// <returns>Why it failed; null where it did not, and where the model refused zeros as its input, which says nothing of other calls.</returns>
    public static async Task<InferenceException?> RunAsync(IModelRunner runner, CancellationToken cancellationToken)
    {
        using NamedValues? inputs = Zeros(runner.Info);
        if (inputs is null)
        {
            return null;
        }

        try
        {
            using NamedValues outputs = await runner.RunAsync(inputs, new RunContext { BypassCache = true }, cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (InvalidInputException)
        {
            // Zeros are not always in a model's domain; the first real call prepares it then.
            return null;
        }
        catch (InferenceException exception)
        {
            return exception;
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
