using Inference.Rows;

namespace Inference.Versioning.Loading;

/// <summary>Runs a version before it serves, so that plans, code and memory are prepared before the first call.</summary>
internal static class Warmup
{
    /// <summary>Runs the model on the golden inputs, or, without any, on zeros of its declared shapes with dynamic dimensions set to 1.</summary>
    /// <param name="runner">The version.</param>
    /// <param name="golden">Golden inputs; empty for none.</param>
    /// <param name="options">The numbers of runs and rows.</param>
    /// <param name="cancellationToken">Cancels between runs.</param>
    /// <returns>Why zeros could not be run, or null. Zeros need not be meaningful inputs, so the reason is only logged.</returns>
    /// <exception cref="InferenceException">The model fails on its golden inputs.</exception>
    public static async ValueTask<string?> RunAsync(IModelRunner runner, IReadOnlyList<NamedValues> golden, VersioningOptions options, CancellationToken cancellationToken)
    {
        if (options.WarmupRuns == 0)
        {
            return null;
        }

        int[] rowCounts = options.WarmupRows.Count > 0 && runner.Info.BatchAxis == 0 ? [.. options.WarmupRows] : [0];
        foreach (int rows in rowCounts)
        {
            using NamedValues? inputs = golden.Count > 0 ? Repeat(golden[0], rows) : Zeros(runner.Info, Math.Max(rows, 1));
            if (inputs is null)
            {
                return "the model has inputs of a kind for which no zeros can be created";
            }

            for (int i = 0; i < options.WarmupRuns; i++)
            {
                try
                {
                    (await runner.RunAsync(inputs, new RunContext { BypassCache = true, Priority = RunPriority.Low }, cancellationToken).ConfigureAwait(false)).Dispose();
                }
                catch (InferenceException exception) when (golden.Count == 0)
                {
                    return exception.Message;
                }
            }
        }

        return null;
    }

    private static NamedValues Repeat(NamedValues inputs, int rows)
    {
        if (rows == 0 || !BatchRows.TryCount(inputs, out int there) || there == 0)
        {
            return inputs.Retain();
        }

        int[] indices = new int[rows];
        for (int i = 0; i < rows; i++)
        {
            indices[i] = i % there;
        }

        return BatchRows.Take(inputs, indices);
    }

    private static NamedValues? Zeros(ModelInfo info, int rows)
    {
        var values = new NamedValues(info.Inputs.Count);
        foreach (ModelPort port in info.Inputs)
        {
            if (port.IsOptional)
            {
                continue;
            }

            if (port.Type.Kind != ModelValueKind.Tensor || port.Type.Shape is not { } shape)
            {
                values.Dispose();
                return null;
            }

            long[] sizes = [.. shape.Select((d, axis) => d.Size ?? (axis == info.BatchAxis ? rows : 1))];
            TensorValue tensor = TensorValue.Allocate(port.Type.ElementType, sizes);
            if (port.Type.ElementType != ElementType.String)
            {
                tensor.AsWritableBytes().Clear();
            }

            values.Add(port.Name, tensor);
        }

        return values;
    }
}
