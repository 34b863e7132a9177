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

    /// <param name="context">Provides the loader and the progress.</param>
    /// <param name="model">The model.</param>
    /// <param name="values">The values, each with whether its channels are the last axis.</param>
    /// <param name="data">The rows, of which 1,000 are used at most.</param>
    /// <param name="stage">The name of the stage in progress reports.</param>
    /// <param name="cancellationToken">Cancels the pass.</param>
    /// <param name="enough">The number of samples from which more hardly change the moments of a number of channels; null to use all.</param>
    public static async Task<Dictionary<string, GramMatrix>> RunAsync(
        OptimizationContext context, OnnxModel model, IReadOnlyDictionary<string, bool> values, IDataSource data, string stage, CancellationToken cancellationToken, Func<int, long>? enough = null)
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

                    if (gram.Count >= enough?.Invoke(channels))
                    {
                        continue;
                    }

                    int positions = (int)(tensor.ElementCount / channels / batch.Rows);
                    gram.Add(GramMatrix.Samples(tensor, channelsLast, Math.Max(1, (positions + PositionsPerRow - 1) / PositionsPerRow)));
                }

                rows += batch.Rows;
                context.Report(stage, (int)rows, (int)Math.Min(DefaultRows, data.RowCount ?? DefaultRows));
            }

            if (grams.Values.All(g => g.Count >= enough?.Invoke(g.Columns)))
            {
                break;
            }
        }

        return grams;
    }
}
