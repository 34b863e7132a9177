using Inference.Data;
using Inference.Onnx;
using Inference.Optimization.Running;

namespace Inference.Optimization.Calibration;

/// <summary>Streams data through a model once and collects statistics of the selected values. Memory: one batch and O(values).</summary>
internal static class Calibrator
{
    /// <param name="context">Loader and progress.</param>
    /// <param name="model">The float model.</param>
    /// <param name="values">The values to observe, each with whether its channels are the last axis.</param>
    /// <param name="data">The rows.</param>
    /// <param name="cancellationToken">Cancels the pass.</param>
    /// <exception cref="DataException">The data does not match the model, has no rows, or contains non-finite values.</exception>
    public static async Task<Dictionary<string, TensorStatistics>> RunAsync(
        OptimizationContext context, OnnxModel model, IReadOnlyDictionary<string, bool> values, IDataSource data, CancellationToken cancellationToken)
    {
        Dictionary<string, TensorStatistics> statistics = values.Keys.ToDictionary(v => v, _ => new TensorStatistics(), StringComparer.Ordinal);
        string[] inner = [.. values.Keys.Where(v => !Observation.IsInput(model, v))];
        OnnxModel observed = inner.Length > 0 ? Observation.Of(model, inner) : model;
        await using ModelSession session = await ModelSession.OpenAsync(context, observed, "calibration", cancellationToken).ConfigureAwait(false);
        session.RequireData(data);
        long rows = 0;
        await foreach (DataBatch batch in data.ReadAsync([.. session.InputNames], session.BatchRows, cancellationToken).ConfigureAwait(false))
        {
            using (batch)
            {
                InputCheck.RequireFinite(data, batch, session.InputNames);
                using NamedValues outputs = await session.RunAsync(batch, cancellationToken).ConfigureAwait(false);
                foreach ((string name, TensorStatistics target) in statistics)
                {
                    ModelValue value = outputs.TryGetValue(name, out ModelValue? output) ? output : batch.Values.GetValue(name);
                    if (value is TensorValue { ElementType: ElementType.Float32 } tensor)
                    {
                        target.Add(tensor, values[name]);
                    }
                }

                rows += batch.Rows;
                context.Report("calibrate", (int)rows, (int)(data.RowCount ?? 0));
            }
        }

        return rows > 0 ? statistics : throw new DataException($"{data.Name}: expected at least one row to calibrate on, got none. Add rows.");
    }
}
