using Inference.Data;
using Inference.Onnx;
using Inference.Optimization.Evaluation;
using Inference.Optimization.Graphs;
using Inference.Optimization.Records;
using Inference.Optimization.Running;

namespace Inference.Optimization.Sparsification;

/// <summary>
/// Rewrites attention over long sequences so that each head computes only the keys of its pattern: blocks at some distances and places, or a stride, found from where the head's attention lies on the data. The new model has standard
/// operators alone, and equals the source with a mask of the same pattern. The source is never changed. Thread-safe.
/// </summary>
public static class Sparsifier
{
    /// <summary>Sparsifies the attention of a float model.</summary>
    /// <param name="context">Provides the loader that runs the model, the seed and the progress.</param>
    /// <param name="model">The float model, with attention of a fixed number of tokens written out: softmax(Q × Kᵀ, scaled, with a constant mask) × V.</param>
    /// <param name="data">Rows to measure attention on; up to 16 are used.</param>
    /// <param name="search">Rows to choose patterns on, by the budget of <paramref name="evaluation"/>; null to hold <see cref="SparsifyOptions.Share"/> of the attention.</param>
    /// <param name="evaluation">The metric and the budget; null for none.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <exception cref="OptimizationException">The model is quantized, or an option is out of range.</exception>
    /// <exception cref="DataException">The data does not match the model.</exception>
    /// <exception cref="UnsupportedModelException">No attention can be rewritten, or none within the budget.</exception>
    public static async Task<SparsifyResult> SparsifyAsync(
        OptimizationContext context, OnnxModel model, IDataSource data, IDataSource? search = null, EvaluationOptions? evaluation = null, SparsifyOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        options ??= new SparsifyOptions();
        options.Validate();
        ModelPreparation.RequireFloat(model, "sparsify");
        RequireFixedShapes(model);
        GraphEditor editor = ModelPreparation.Prepare(model);
        await ModelUpgrade.RunAsync(context, editor, data, cancellationToken).ConfigureAwait(false);
        var decisions = new List<LayerDecision>();
        List<AttentionLayer> layers = await FindAsync(context, editor, data, options, decisions, cancellationToken).ConfigureAwait(false);
        if (layers.Count == 0)
        {
            throw Unsupported(model, $"expected attention over at least {options.LeastTokens} tokens to sparsify, got {(decisions.Count == 0 ? "none" : string.Join("; ", decisions.Select(static d => $"'{d.Name}': {d.Reason}")))}");
        }

        var run = new SparsifyRun(context, model, editor.Model, options);
        if (options.Window is { } window)
        {
            run.Window(layers, window);
        }
        else
        {
            SourceJudge? judge = search is null || evaluation?.MaxDrop is null ? null : await SourceJudge.CreateAsync(context, model, search, evaluation, null, cancellationToken).ConfigureAwait(false);
            List<AttentionHead> heads = options.Heads is { Count: > 0 } measured ? measured : await AttentionPass.RunAsync(context, editor.Model, layers, options.Block, data, cancellationToken).ConfigureAwait(false);
            if (options.Heads is { Count: 0 } empty)
            {
                empty.AddRange(heads);
            }

            await run.SearchAsync(heads, data, judge, cancellationToken).ConfigureAwait(false);
        }

        if (run.Patterns.Values.All(static p => p.IsDense))
        {
            throw Unsupported(model, $"expected heads whose attention lies in a pattern of at most half of the keys, got none{(search is null ? "" : " within the budget")}");
        }

        return new SparsifyResult
        {
            Model = run.Build(run.Patterns),
            Layers = [.. decisions, .. run.Describe()],
            SourceScores = layers.Sum(static l => (long)l.Heads * l.Tokens * l.Tokens),
            Scores = run.Patterns.Sum(static p => (long)p.Key.Tokens * p.Value.Keys(p.Key.Tokens)),
        };
    }

    /// <summary>Whether a model has attention that may be rewritten, of as many tokens as it may be.</summary>
    internal static bool Applies(OnnxModel model) => Open(model) is null && AttentionLayer.All(ModelPreparation.Prepare(model).Index).Any(static a => a.Layer is not null);

    private static async Task<List<AttentionLayer>> FindAsync(
        OptimizationContext context, GraphEditor editor, IDataSource data, SparsifyOptions options, List<LayerDecision> decisions, CancellationToken cancellationToken)
    {
        List<(OnnxNode Softmax, AttentionLayer? Layer, string Reason)> all = [.. AttentionLayer.All(editor.Index)];
        string[] values = [.. all.Select(static a => a.Layer).OfType<AttentionLayer>().SelectMany(static l => new[] { l.Queries, l.KeysTransposed, l.Values }.Concat(l.Computed)).Where(v => !editor.Index.IsConstant(v))];
        Dictionary<string, long[]> shapes = values.Length == 0 ? [] : await ShapeProbe.RunAsync(context, editor.Model, values, data, cancellationToken).ConfigureAwait(false);
        var found = new List<AttentionLayer>();
        foreach ((OnnxNode softmax, AttentionLayer? layer, string reason) in all)
        {
            string why = reason.Length > 0 ? reason
                : options.ExcludedNodes.Contains(softmax.Name) || options.ExcludedNodes.Contains(softmax.Outputs[0]) ? "excluded by option"
                : layer!.Fit(shapes) is { Length: > 0 } unfit ? unfit
                : layer.Tokens < options.LeastTokens ? FormattableString.Invariant($"it has {layer.Tokens} tokens")
                : "";
            if (why.Length == 0)
            {
                found.Add(layer!);
            }
            else
            {
                decisions.Add(new(softmax.Name.Length > 0 ? softmax.Name : softmax.Outputs[0], "Softmax", "dense", why));
            }
        }

        return found;
    }

    private static void RequireFixedShapes(OnnxModel model)
    {
        if (Open(model) is { } input)
        {
            throw Unsupported(model, $"input '{input.Name}': expected a shape that is fixed but for the rows, got {input.Type?.Shape?.ToString() ?? "none"}; export the model with a fixed number of tokens to sparsify it");
        }
    }

    // An input of any number of tokens. Blocks are cut for one number: with another they would be cut wrongly, not refused.
    private static OnnxValueInfo? Open(OnnxModel model)
    {
        HashSet<string> constants = [.. model.Graph.Initializers.Select(static t => t.Name)];
        return model.Graph.Inputs.Find(i => !constants.Contains(i.Name) && (i.Type?.Shape is not { } shape || shape.Dimensions.Skip(1).Any(static d => d.Value is null)));
    }

    private static UnsupportedModelException Unsupported(OnnxModel model, string what) => new($"Model '{model.Graph.Name}': {what}. Leave the model as it is.")
    {
        Operators = [.. model.Graph.Nodes.Select(static n => n.OpType).Distinct()],
    };
}
