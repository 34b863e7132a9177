using Inference.Data;
using Inference.Onnx;

namespace Inference.Optimization.Running;

/// <summary>Determines the shapes of inner float values by running a row: exact where static inference would have to guess.</summary>
internal static class ShapeProbe
{
    /// <summary>The shape of each value for one row (or the model's fixed number of rows).</summary>
    public static async Task<Dictionary<string, long[]>> RunAsync(
        OptimizationContext context, OnnxModel model, IReadOnlyCollection<string> values, IDataSource data, CancellationToken cancellationToken)
    {
        var shapes = new Dictionary<string, long[]>(StringComparer.Ordinal);
        string[] inner = [.. values.Where(v => !Observation.IsInput(model, v))];
        OnnxModel observed = inner.Length > 0 ? Observation.Of(model, inner) : model;
        await using ModelSession session = await ModelSession.OpenAsync(context, observed, "shapes", cancellationToken).ConfigureAwait(false);
        session.RequireData(data);
        await foreach (DataBatch batch in data.ReadAsync([.. session.InputNames], session.FixedRows ?? 1, cancellationToken).ConfigureAwait(false))
        {
            using (batch)
            {
                using NamedValues outputs = await session.RunAsync(batch, cancellationToken).ConfigureAwait(false);
                foreach ((string name, ModelValue value) in outputs.Concat(batch.Values))
                {
                    if (value is TensorValue tensor)
                    {
                        shapes[name] = tensor.Shape.ToArray();
                    }
                }
            }

            break;
        }

        return shapes;
    }
}
