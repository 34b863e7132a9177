using Inference.Onnx;
using Inference.Optimization.Data;
using Inference.Optimization.Distillation;
using Inference.Optimization.Graphs;
using Inference.Optimization.Numerics;
using Inference.Optimization.Records;
using Inference.Optimization.Running;

namespace Inference.Optimization.Pruning;

/// <summary>Removes whole channels. The source is never changed. Thread-safe.</summary>
public static class Pruner
{
    /// <summary>Prunes a float model.</summary>
    /// <param name="context">The loader to run the model with.</param>
    /// <param name="model">The float model.</param>
    /// <param name="data">Rows to judge channels and to refit on.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="OptimizationException">The model is quantized, or an option is out of range.</exception>
    /// <exception cref="UnsupportedModelException">No channel can be removed.</exception>
    public static async Task<PruneResult> PruneAsync(
        OptimizationContext context, OnnxModel model, IDataSource data, PruneOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        options ??= new PruneOptions();
        if (options.TargetMacs is not (>= 0.05 and <= 1) || options.ChannelMultiple < 1 || options.LeastKept is not (>= 0.05 and <= 1))
        {
            throw new OptimizationException(
                $"Pruning: expected target MACs and a least share of 0.05 to 1 and a multiple of at least 1, got {options.TargetMacs}, {options.LeastKept} and {options.ChannelMultiple}. Correct the options.");
        }

        ModelPreparation.RequireFloat(model, "prune");
        GraphEditor editor = ModelPreparation.Prepare(model);
        OnnxModel source = GraphCopy.Copy(editor.Model);
        List<LinearLayer> layers = LinearLayer.All(editor.Index);
        Dictionary<string, long[]> shapes = await ShapeProbe.RunAsync(context, editor.Model, [.. layers.SelectMany(l => new[] { l.Output, l.Input }).Distinct()], data, cancellationToken).ConfigureAwait(false);
        long Positions(LinearLayer layer) => LayerCost.Positions(layer, shapes[layer.Output], shapes[layer.Output][0]);
        long total = layers.Sum(l => LayerCost.Macs(l, Positions(l)));

        List<ChannelGroup> all = ChannelGroups.Find(editor.Index, shapes);
        List<ChannelGroup> groups = [.. all.Where(g => g.Obstacle is null && g.Producers.Count > 0 && g.Consumers.Count > 0 && g.Channels > options.ChannelMultiple)];
        var decisions = new List<LayerDecision>();
        decisions.AddRange(all.Except(groups).Where(g => g.Producers.Count > 0)
            .Select(g => new LayerDecision(string.Join(", ", g.Producers.Select(p => p.Name)), "channels", "kept", g.Obstacle ?? "too few, or nothing reads them")));
        if (groups.Count == 0)
        {
            throw new UnsupportedModelException(
                $"Model '{model.Graph.Name}': expected channels between layers that can be removed, got none: {string.Join("; ", decisions.Select(d => d.Reason).Distinct())}. There is nothing to prune.",
                [.. model.Graph.Nodes.Select(n => n.OpType).Distinct()]);
        }

        Dictionary<string, GramMatrix> grams = await GramPass.RunAsync(
            context, editor.Model, groups.SelectMany(g => g.Consumers).DistinctBy(c => c.Input).ToDictionary(c => c.Input, c => c.ChannelsLast), data, "prune", cancellationToken).ConfigureAwait(false);
        Dictionary<ChannelGroup, int[]> kept = ChannelPlan.Choose(groups, grams, Positions, total, options);
        foreach (ChannelGroup group in groups)
        {
            string name = string.Join(", ", group.Producers.Select(p => p.Name));
            if (!kept.TryGetValue(group, out int[]? channels))
            {
                decisions.Add(new(name, "channels", $"{group.Channels} kept", "others were cheaper to lose"));
                continue;
            }

            ChannelRemoval.Apply(editor, group, channels, options.Refit ? grams : null);
            decisions.Add(new(name, "channels", $"{channels.Length} of {group.Channels} kept", "least energy at the layers that read them, for the multiply-adds saved"));
        }

        editor.Graph.ValueInfos.Clear();
        editor.RemoveUnused();
        if (options.Reconstruct)
        {
            await LayerReconstruction.ApplyAsync(context, editor, source, data, decisions, cancellationToken).ConfigureAwait(false);
        }

        editor.Model.ProducerName = "Inference";
        long macs = ChannelPlan.Macs(groups, groups.ToDictionary(g => g, g => kept.TryGetValue(g, out int[]? c) ? g.Channels - c.Length : 0), Positions, total);
        return new PruneResult(editor.Model, decisions, total, macs);
    }
}
