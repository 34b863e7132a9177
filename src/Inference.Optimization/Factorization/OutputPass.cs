using Inference.Data;
using Inference.Onnx;
using Inference.Optimization.Graphs;
using Inference.Optimization.Numerics;
using Inference.Optimization.Running;

namespace Inference.Optimization.Factorization;

/// <summary>Streams rows through a model and computes the basis of each layer's outputs.</summary>
internal static class OutputPass
{
    // Positions of a feature map; neighbours hardly differ.
    private const int PositionsPerRow = 64;

    /// <returns>The bases, by the name of the layer's output.</returns>
    public static async Task<Dictionary<string, LowRankBasis>> RunAsync(OptimizationContext context, GraphEditor editor, IReadOnlyList<LinearLayer> layers, IDataSource data, CancellationToken cancellationToken)
    {
        Dictionary<string, OutputMoments> moments = layers.ToDictionary(static l => l.Output, l => new OutputMoments(l, l.Bias(editor.Index) is not null), StringComparer.Ordinal);
        await using ModelSession session = await ModelSession.OpenAsync(context, Observation.Of(editor.Model, moments.Keys), "factorize", cancellationToken).ConfigureAwait(false);
        session.RequireData(data);
        int rows = 0;
        IDataSource some = await SelectedRows.TakeAsync(context, data, GramPass.DefaultRows, cancellationToken).ConfigureAwait(false);
        await foreach (DataBatch batch in some.ReadAsync([.. session.InputNames], session.BatchRows, cancellationToken).ConfigureAwait(false))
        {
            using (batch)
            {
                InputCheck.RequireFinite(data, batch, session.InputNames);
                using NamedValues outputs = await session.RunAsync(batch, cancellationToken).ConfigureAwait(false);
                foreach (LinearLayer layer in layers)
                {
                    OutputMoments target = moments[layer.Output];
                    float[] samples = GramMatrix.Samples((TensorValue)outputs.GetValue(layer.Output), layer.ChannelsLast);
                    int positions = samples.Length / layer.Outputs / batch.Rows;
                    int step = Math.Max(1, positions / PositionsPerRow);
                    for (int i = 0; i < positions * batch.Rows && target.Count < target.Enough; i += step)
                    {
                        cancellationToken.ThrowIfCancellationRequested();
                        target.Add(samples.AsSpan(i * layer.Outputs, layer.Outputs));
                    }
                }

                rows += batch.Rows;
                context.Report("factorize", rows, (int)Math.Min(GramPass.DefaultRows, data.RowCount ?? GramPass.DefaultRows));
            }
        }

        var bases = new Dictionary<string, LowRankBasis>(StringComparer.Ordinal);
        foreach (LinearLayer layer in layers)
        {
            cancellationToken.ThrowIfCancellationRequested();
            bases[layer.Output] = moments[layer.Output].Basis();
            context.Report("decompose", bases.Count, layers.Count, layer.Name);
        }

        return bases;
    }
}
