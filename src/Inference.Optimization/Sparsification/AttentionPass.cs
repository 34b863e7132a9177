using Inference.Data;
using Inference.Onnx;
using Inference.Optimization.Running;

namespace Inference.Optimization.Sparsification;

/// <summary>Runs rows through a model and measures where the attention of each head lies.</summary>
internal static class AttentionPass
{
    /// <summary>Rows: each has some thousand queries, which are samples too.</summary>
    public const int Rows = 16;

    /// <param name="context">Provides the loader and the progress.</param>
    /// <param name="model">The model.</param>
    /// <param name="layers">The attentions.</param>
    /// <param name="block">The tokens of a block.</param>
    /// <param name="data">The rows.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    public static async Task<List<AttentionHead>> RunAsync(
        OptimizationContext context, OnnxModel model, IReadOnlyList<AttentionLayer> layers, int block, IDataSource data, CancellationToken cancellationToken)
    {
        var heads = new List<AttentionHead>();
        OptimizationContext single = context.With(batchRows: 1);
        IDataSource some = await SelectedRows.TakeAsync(context, data, Rows, cancellationToken).ConfigureAwait(false);
        for (int i = 0; i < layers.Count; i++)
        {
            // One layer at a time: the weights of a layer are the largest values of the model.
            AttentionLayer layer = layers[i];
            context.Report("attention", i, layers.Count, layer.Name);
            AttentionMass[] masses = [.. Enumerable.Range(0, layer.Heads).Select(_ => new AttentionMass(layer.Tokens, block))];
            await using ModelSession session = await ModelSession.OpenAsync(single, Observation.Of(model, [layer.Weights]), "attention", cancellationToken).ConfigureAwait(false);
            await foreach ((NamedValues outputs, int rows) in session.RunAllAsync(some, cancellationToken).ConfigureAwait(false))
            {
                using (outputs)
                {
                    Add(masses, outputs[layer.Weights].AsSpan<float>(), rows, layer);
                }
            }

            heads.AddRange(masses.Select((mass, head) => new AttentionHead(layer, head, mass)));
        }

        return heads;
    }

    private static void Add(AttentionMass[] masses, ReadOnlySpan<float> weights, int rows, AttentionLayer layer)
    {
        int each = checked(layer.Tokens * layer.Tokens);
        for (int i = 0; i < rows * masses.Length; i++)
        {
            masses[i % masses.Length].Add(weights.Slice(i * each, each));
        }
    }
}
