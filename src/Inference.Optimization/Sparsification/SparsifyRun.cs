using Inference.Data;
using Inference.Evaluation.Verdicts;
using Inference.Onnx;
using Inference.Optimization.Evaluation;
using Inference.Optimization.Graphs;
using Inference.Optimization.Records;
using Inference.Optimization.Running;

namespace Inference.Optimization.Sparsification;

/// <summary>Chooses the patterns of a model's heads.</summary>
/// <param name="context">Provides the loader and the progress.</param>
/// <param name="source">The source model.</param>
/// <param name="prepared">The source in the form that patterns are written into.</param>
/// <param name="options">The options.</param>
internal sealed class SparsifyRun(OptimizationContext context, OnnxModel source, OnnxModel prepared, SparsifyOptions options)
{
    /// <summary>The share of the attention of the shortest patterns: heads of which less is held compute something else.</summary>
    private const double LeastShare = 0.5;

    // Rows on which the heads' errors are put in order.
    private const int OrderRows = 4;

    // From hardly any change to the shortest patterns.
    private static readonly double[] Shares = [0.999, 0.995, 0.99, 0.98, 0.95, 0.9, 0.8, 0.65, LeastShare];

    private readonly Dictionary<(AttentionHead, AttentionPattern), double> _shares = [];

    // Why a head stays as it is.
    private string _dense = "";

    /// <summary>The pattern of each head.</summary>
    public Dictionary<AttentionHead, AttentionPattern> Patterns { get; private set; } = [];

    /// <summary>Gives all heads the same sliding window.</summary>
    public void Window(IEnumerable<AttentionLayer> layers, int tokens)
    {
        // Not more than half a window: one block lies on each side of the query's own.
        int block = options.Block;
        while (block > 16 && tokens < 2 * block)
        {
            block /= 2;
        }

        Patterns = layers.SelectMany(static l => Enumerable.Range(0, l.Heads).Select(h => new AttentionHead(l, h, null))).ToDictionary(static h => h, _ => AttentionPattern.Window(block, tokens));
    }

    /// <summary>Takes shorter patterns for all heads as long as the budget is met; then the shortest for as many heads as possible, in the order of the errors that they cause alone.</summary>
    public async Task SearchAsync(List<AttentionHead> heads, IDataSource data, SourceJudge? judge, CancellationToken cancellationToken)
    {
        if (judge is null)
        {
            Patterns = At(heads, options.Share);
            _dense = FormattableString.Invariant($"no pattern of at most half of the keys holds {options.Share:P1} of its attention");
            return;
        }

        _dense = "no shorter pattern keeps the budget";
        Patterns = heads.ToDictionary(static h => h, static _ => AttentionPattern.Dense);
        for (int i = 0; i < Shares.Length; i++)
        {
            Dictionary<AttentionHead, AttentionPattern> shorter = At(heads, Shares[i]);
            if (Same(Patterns, shorter))
            {
                continue;
            }

            context.Report("sparsify", i, Shares.Length, FormattableString.Invariant($"{Shares[i]:P1} of the attention"));
            if (!await IsMetAsync(judge, shorter, cancellationToken).ConfigureAwait(false))
            {
                break;
            }

            Patterns = shorter;
        }

        await ShortenAsync(heads, data, judge, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The model with these patterns.</summary>
    public OnnxModel Build(IReadOnlyDictionary<AttentionHead, AttentionPattern> patterns)
    {
        var editor = new GraphEditor(GraphCopy.Copy(prepared));
        var masks = new Dictionary<string, string>(StringComparer.Ordinal);
        ILookup<string, AttentionHead> heads = patterns.Keys.ToLookup(static h => h.Layer.Weights, StringComparer.Ordinal);
        foreach ((_, AttentionLayer? layer, _) in AttentionLayer.All(editor.Index).ToList())
        {
            AttentionPattern[] own = layer is null ? [] : [.. heads[layer.Weights].OrderBy(static h => h.Head).Select(h => patterns[h])];
            if (own.Any(static p => !p.IsDense))
            {
                layer!.TakeSizes(heads[layer.Weights].First().Layer);
                new PatternWriter(editor, layer, masks).Apply(own);
            }
        }

        editor.RemoveUnused();
        HalfPrecision.Narrow(editor, source);
        editor.Model.ProducerName = "Inference";
        return editor.Model;
    }

    public IEnumerable<LayerDecision> Describe() =>
        from head in Patterns
        group head by (head.Key.Layer.Name, head.Value) into same
        let shares = same.Select(h => _shares.TryGetValue((h.Key, h.Value), out double share) ? share : (double?)null).OfType<double>().ToList()
        let held = shares.Count == 0 ? "" : FormattableString.Invariant($", holds {shares.Min():P1}{(shares.Count > 1 ? FormattableString.Invariant($" to {shares.Max():P1}") : "")} of the attention")
        select new LayerDecision(
            same.Key.Name,
            "Softmax",
            same.Key.Value.IsDense ? "dense" : "sparse",
            same.Key.Value.IsDense
                ? $"{Heads(same)}: {_dense}"
                : FormattableString.Invariant($"{Heads(same)}: {same.Key.Value}; {(double)same.Key.Value.Keys(same.First().Key.Tokens) / same.First().Key.Tokens:P0} of the keys{held}"));

    private static string Heads(IEnumerable<KeyValuePair<AttentionHead, AttentionPattern>> heads)
    {
        int[] all = [.. heads.Select(static h => h.Key.Head).Order()];
        return $"{(all.Length == 1 ? "head" : "heads")} {string.Join(", ", all)}";
    }

    // The shortest patterns for the heads that change the outputs the least: the number is found by halving.
    private async Task ShortenAsync(List<AttentionHead> heads, IDataSource data, SourceJudge judge, CancellationToken cancellationToken)
    {
        Dictionary<AttentionHead, AttentionPattern> shortest = At(heads, LeastShare);
        AttentionHead[] rest = [.. heads.Where(h => shortest[h].Keys(h.Tokens) < Patterns[h].Keys(h.Tokens))];
        if (rest.Length == 0)
        {
            return;
        }

        IDataSource some = await SelectedRows.TakeAsync(context, data, OrderRows, cancellationToken).ConfigureAwait(false);
        OptimizationContext single = context.With(batchRows: 1);
        Predictions wanted = await Predictor.RunAsync(single, Build(Patterns), some, judge.Reading.ScoreOutput, "order", cancellationToken).ConfigureAwait(false);
        var errors = new double[rest.Length];
        for (int i = 0; i < rest.Length; i++)
        {
            context.Report("heads", i, rest.Length, rest[i].Layer.Name);
            Predictions got = await Predictor.RunAsync(single, Build(With(rest[i..(i + 1)], shortest)), some, judge.Reading.ScoreOutput, "order", cancellationToken).ConfigureAwait(false);
            errors[i] = Predictions.RelativeError(wanted, got);
        }

        Array.Sort(errors, rest);
        (int kept, int beyond) = (0, rest.Length + 1);
        while (beyond - kept > 1)
        {
            // All first: often none matters.
            int count = beyond > rest.Length ? rest.Length : (kept + beyond) / 2;
            context.Report("sparsify", count, rest.Length, $"{count} more heads");
            bool met = await IsMetAsync(judge, With(rest[..count], shortest), cancellationToken).ConfigureAwait(false);
            (kept, beyond) = met ? (count, beyond) : (kept, count);
        }

        Patterns = With(rest[..kept], shortest);
    }

    private Dictionary<AttentionHead, AttentionPattern> With(AttentionHead[] changed, Dictionary<AttentionHead, AttentionPattern> patterns)
    {
        var all = new Dictionary<AttentionHead, AttentionPattern>(Patterns);
        foreach (AttentionHead head in changed)
        {
            all[head] = patterns[head];
        }

        return all;
    }

    private async Task<bool> IsMetAsync(SourceJudge judge, Dictionary<AttentionHead, AttentionPattern> patterns, CancellationToken cancellationToken) =>
        judge.Compare(await judge.RunAsync(context, Build(patterns), "sparsified", cancellationToken).ConfigureAwait(false)).Verdict == VerdictOutcome.Met;

    private Dictionary<AttentionHead, AttentionPattern> At(List<AttentionHead> heads, double share)
    {
        var found = new Dictionary<AttentionHead, AttentionPattern>();
        foreach (AttentionHead head in heads)
        {
            (AttentionPattern pattern, double held) = head.Find(share);
            _shares[(head, pattern)] = held;
            found[head] = pattern;
        }

        return found;
    }

    private static bool Same(Dictionary<AttentionHead, AttentionPattern> a, Dictionary<AttentionHead, AttentionPattern> b) => a.All(p => b[p.Key].Equals(p.Value));
}
