using System.Numerics.Tensors;
using Inference.Data;

namespace Inference.Optimization.Running;

/// <summary>Rejects rows that would invalidate all results: NaN and infinities in float inputs.</summary>
internal static class InputCheck
{
    /// <exception cref="DataException">An input contains a non-finite value; the message names the row.</exception>
    public static void RequireFinite(IDataSource data, DataBatch batch, IReadOnlyList<string> inputs)
    {
        foreach (string name in inputs)
        {
            if (batch.Values[name] is not { ElementType: ElementType.Float32 } tensor)
            {
                continue;
            }

            // A single sum shows whether all are finite; only if it is not (or overflows) is each value checked.
            ReadOnlySpan<float> values = tensor.AsSpan<float>();
            if (float.IsFinite(TensorPrimitives.SumOfMagnitudes(values)))
            {
                continue;
            }

            for (int i = 0; i < values.Length; i++)
            {
                if (!float.IsFinite(values[i]))
                {
                    throw new DataException(
                        $"{data.Name}, column '{name}', row {batch.FirstRow + (i / Math.Max(1, values.Length / batch.Rows))}: expected finite numbers, got {values[i]}. Remove or correct the row.");
                }
            }
        }
    }
}
