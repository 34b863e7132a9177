using Inference.Data;
using Inference.Onnx;
using Inference.Optimization.Distillation;
using Inference.Optimization.Graphs;
using Inference.Optimization.Numerics;
using Inference.Optimization.Records;
using Inference.Optimization.Running;

namespace Inference.Optimization.Pruning;

/// <summary>Holds what is observed of a model once and used for every plan that is tried.</summary>
internal sealed class PruneRun(OptimizationContext context, OnnxModel prepared, IDataSource data, PruneOptions options)
{
    private Dictionary<string, long[]> _shapes = [];
    private Dictionary<string, GramMatrix> _grams = [];
    private List<ChannelGroup> _groups = [];
    private long _total;

    /// <summary>Observes shapes and the second moments of the values that layers read.</summary>
    public async Task ObserveAsync(CancellationToken cancellationToken)
    {
        var index = new GraphIndex(prepared.Graph);
        List<LinearLayer> layers = LinearLayer.All(index);
        _shapes = await ShapeProbe.RunAsync(context, prepared, [.. layers.SelectMany(l => new[] { l.Output, l.Input }).Distinct()], data, cancellationToken).ConfigureAwait(false);
        _total = layers.Sum(l => LayerCost.Macs(l, Positions(l)));
        _groups = ChannelGroups.Find(index, _shapes);
        Dictionary<string, bool> read = _groups.Where(g => g.Obstacle is null && g.Producers.Count > 0).SelectMany(g => g.Consumers).DistinctBy(c => c.Input).ToDictionary(c => c.Input, c => c.ChannelsLast);
        if (read.Count > 0)
        {
            _grams = await GramPass.RunAsync(context, prepared, read, data, "prune", cancellationToken).ConfigureAwait(false);
        }
    }

    public bool CanPrune(int multiple) => _groups.Exists(g => IsWanted(g, multiple));

    public UnsupportedModelException NothingToPrune(int multiple) => new(
        $"Model '{prepared.Graph.Name}': expected channels between layers that can be removed, got none: {string.Join("; ", _groups.Where(g => g.Producers.Count > 0 && !IsWanted(g, multiple)).Select(Reason).Distinct())}. Leave the model unpruned.")
    {
        Operators = [.. prepared.Graph.Nodes.Select(n => n.OpType).Distinct()],
    };

    /// <summary>Prunes a copy of the model.</summary>
    /// <exception cref="UnsupportedModelException">No channel can be removed.</exception>
    public async Task<PruneResult> PruneAsync(int multiple, CancellationToken cancellationToken)
    {
        if (!CanPrune(multiple))
        {
            throw NothingToPrune(multiple);
        }

        var editor = new GraphEditor(GraphCopy.Copy(prepared));
        List<ChannelGroup> all = ChannelGroups.Find(editor.Index, _shapes);
        List<ChannelGroup> groups = [.. all.Where(g => IsWanted(g, multiple))];
        List<LayerDecision> decisions = [.. all.Except(groups).Where(g => g.Producers.Count > 0).Select(g => new LayerDecision(Name(g), "channels", "kept", Reason(g)))];
        Dictionary<ChannelGroup, int[]> kept = ChannelPlan.Choose(groups, _grams, Positions, _total, options, multiple);
        long macs = ChannelPlan.Macs(groups, groups.ToDictionary(g => g, g => kept.TryGetValue(g, out int[]? c) ? g.Channels - c.Length : 0), Positions, _total);
        foreach (ChannelGroup group in groups)
        {
            if (!kept.TryGetValue(group, out int[]? channels))
            {
                decisions.Add(new(Name(group), "channels", $"{group.Channels} kept", "others had a lower loss"));
                continue;
            }

            ChannelRemoval.Apply(editor, group, channels, options.Refit ? _grams : null);
            decisions.Add(new(Name(group), "channels", $"{channels.Length} of {group.Channels} kept", "least energy at the layers that read them, for the multiply-adds saved"));
        }

        editor.Graph.ValueInfos.Clear();
        editor.RemoveUnused();
        if (options.Reconstruct)
        {
            await LayerReconstruction.ApplyAsync(
                context, editor, prepared, data, kept.SelectMany(k => k.Key.Producers.Select(p => (p.Output, k.Value))).ToDictionary(p => p.Output, p => p.Value), decisions, cancellationToken).ConfigureAwait(false);
        }

        editor.Model.ProducerName = "Inference";
        return new PruneResult
        {
            Model = editor.Model,
            Layers = decisions,
            SourceMacs = _total,
            Macs = macs,
            Multiple = multiple,
        };
    }

    private static bool IsWanted(ChannelGroup group, int multiple) => group.Obstacle is null && group.Producers.Count > 0 && group.Consumers.Count > 0 && group.Channels > ChannelPlan.Step(group, multiple);

    private static string Name(ChannelGroup group) => string.Join(", ", group.Producers.Select(p => p.Name));

    private static string Reason(ChannelGroup group) => group.Obstacle ?? "too few, or nothing reads them";

    private long Positions(LinearLayer layer) => LayerCost.Positions(layer, _shapes[layer.Output], _shapes[layer.Output][0]);
}
