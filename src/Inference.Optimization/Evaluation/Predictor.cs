using System.Numerics.Tensors;
using Inference.Data;
using Inference.Optimization.Numerics;
using Inference.Onnx;
using Inference.Optimization.Running;

namespace Inference.Optimization.Evaluation;

/// <summary>Runs all rows of a source through a model and returns one output.</summary>
internal static class Predictor
{
    /// <exception cref="DataException">The data does not match the model or contains non-finite values.</exception>
    /// <exception cref="OptimizationException">The output is missing or contains no numbers.</exception>
    public static async Task<Predictions> RunAsync(
        OptimizationContext context, OnnxModel model, IDataSource data, string? output, string stage, CancellationToken cancellationToken)
    {
        await using ModelSession session = await ModelSession.OpenAsync(context, model, stage, cancellationToken).ConfigureAwait(false);
        return await RunAsync(context, session, data, output, stage, cancellationToken).ConfigureAwait(false);
    }

    public static async Task<Predictions> RunAsync(
        OptimizationContext context, ModelSession session, IDataSource data, string? output, string stage, CancellationToken cancellationToken)
    {
        session.RequireData(data);
        var values = new List<float>();
        int rows = 0;
        await foreach (DataBatch batch in data.ReadAsync([.. session.InputNames], session.BatchRows, cancellationToken).ConfigureAwait(false))
        {
            using (batch)
            {
                InputCheck.RequireFinite(data, batch, session.InputNames);
                using NamedValues outputs = await session.RunAsync(batch, cancellationToken).ConfigureAwait(false);
                string name = output ?? session.Runner.Info.Outputs[0].Name;
                if (!outputs.TryGetValue(name, out ModelValue? value) || value is not TensorValue { Rank: > 0 } tensor || tensor.Shape[0] != batch.Rows)
                {
                    throw new OptimizationException(
                        $"Model '{session.Runner.Info.Name}', output '{name}': expected a tensor with {batch.Rows} rows, got {value?.ToString() ?? "none"}. Choose another output: {string.Join(", ", session.Runner.Info.Outputs.Select(o => o.Name))}.");
                }

                values.AddRange(TensorConversion.ToFloats(tensor));
                rows += batch.Rows;
                context.Report(stage, rows, (int)(data.RowCount ?? 0));
            }
        }

        if (rows == 0)
        {
            throw new DataException($"{data.Name}: expected at least one row, got none. Add rows.");
        }

        float[] all = [.. values];
        return float.IsNaN(TensorPrimitives.Sum(all)) && Array.Exists(all, float.IsNaN)
            ? throw new OptimizationException($"Model '{session.Runner.Info.Name}': expected numbers, got NaN in row {Array.FindIndex(all, float.IsNaN) / (all.Length / rows)}. The model overflows on this row; remove the row, or correct the model.")
            : new Predictions(all, rows, all.Length / rows);
    }
}
