using Inference.Data;
using Inference.Onnx;
using Inference.Optimization.Numerics;

namespace Inference.Optimization.Running;

/// <summary>Streams data through a model and accumulates the second moments of the channels of selected values.</summary>
internal static class GramPass
{
    // More rows than unknowns for layers of some hundred inputs.
    public const int DefaultRows = 1000;

    /// <summary>The maximum number of positions of a feature map that are used per row: neighbours hardly differ.</summary>
    private const int PositionsPerRow = 64;

    public static async Task<Dictionary<string, GramMatrix>> RunAsync(
        OptimizationContext context, OnnxModel model, IReadOnlyDictionary<string, bool> values, IDataSource data, string stage, CancellationToken cancellationToken)
    {
        var grams = new Dictionary<string, GramMatrix>(StringComparer.Ordinal);
        string[] inner = [.. values.Keys.Where(v => !Observation.IsInput(model, v))];
        await using ModelSession session = await ModelSession.OpenAsync(context, inner.Length > 0 ? Observation.Of(model, inner) : model, stage, cancellationToken).ConfigureAwait(false);
        session.RequireData(data);
        long rows = 0;
        IDataSource some = await SelectedRows.TakeAsync(context, data, DefaultRows, cancellationToken).ConfigureAwait(false);
        await foreach (DataBatch batch in some.ReadAsync([.. session.InputNames], session.BatchRows, cancellationToken).ConfigureAwait(false))
        {
            using (batch)
            {
                InputCheck.RequireFinite(data, batch, session.InputNames);
                using NamedValues outputs = await session.RunAsync(batch, cancellationToken).ConfigureAwait(false);
                foreach ((string name, bool channelsLast) in values)
                {
                    var tensor = (TensorValue)(outputs.TryGetValue(name, out ModelValue? output) ? output : batch.Values.GetValue(name));
                    int channels = GramMatrix.Channels(tensor, channelsLast);
                    if (!grams.TryGetValue(name, out GramMatrix? gram))
                    {
                        grams[name] = gram = new GramMatrix(channels, channels);
                    }

                    int positions = (int)(tensor.ElementCount / channels / batch.Rows);
                    gram.Add(GramMatrix.Samples(tensor, channelsLast, Math.Max(1, (positions + PositionsPerRow - 1) / PositionsPerRow)));
                }

                rows += batch.Rows;
                context.Report(stage, (int)rows, (int)Math.Min(DefaultRows, data.RowCount ?? DefaultRows));
            }
        }

        return grams;
    }
}
