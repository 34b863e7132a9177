using Inference.Data;
using Inference.Onnx;
using Inference.Optimization.Evaluation;
using Inference.Optimization.Graphs;
using Inference.Optimization.Records;
using Inference.Optimization.Running;

namespace Inference.Optimization.Factorization;

/// <summary>Replaces layers by products of two low-rank factors. The source is never changed. Thread-safe.</summary>
public static class Factorizer
{
    /// <summary>The lowest number of weights for which a layer is considered: below it, two nodes cost more than its multiply-adds.</summary>
    private const long LeastWeights = 1024;

    /// <summary>Factorizes a float model; quantize the result for 8-bit factors.</summary>
    /// <param name="context">Provides the loader that runs the model.</param>
    /// <param name="model">The float model.</param>
    /// <param name="data">Rows to fit the factors to, and to determine shapes from.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <exception cref="OptimizationException">The model is quantized, or an option is out of range.</exception>
    /// <exception cref="UnsupportedModelException">No layer benefits from factorization.</exception>
    public static async Task<FactorizeResult> FactorizeAsync(
        OptimizationContext context, OnnxModel model, IDataSource data, FactorizeOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        options ??= new FactorizeOptions();
        if (options.TargetMacs is not (>= 0.05 and <= 1) || options.MaxLayerError is not (>= 0 and <= 1) || options.RankMultiple < 1)
        {
            throw new OptimizationException(
                $"Factorization: expected target MACs of 0.05 to 1, a layer error of 0 to 1 and a rank multiple of at least 1, got {options.TargetMacs}, {options.MaxLayerError} and {options.RankMultiple}. Correct the options.");
        }

        ModelPreparation.RequireFloat(model, "factorize");
        GraphEditor editor = ModelPreparation.Prepare(model);
        List<LinearLayer> all = LinearLayer.All(editor.Index);
        Dictionary<string, long[]> shapes = await ShapeProbe.RunAsync(context, editor.Model, [.. all.SelectMany(l => new[] { l.Output, l.Input })], data, cancellationToken).ConfigureAwait(false);
        var decisions = new List<LayerDecision>();
        List<LinearLayer> wanted = [.. all.Where(l => IsCandidate(l, editor.Index, options, decisions))];
        if (wanted.Count == 0)
        {
            throw new UnsupportedModelException(
                $"Model '{model.Graph.Name}': expected a MatMul, Gemm or Conv of at least {LeastWeights} weights to factorize, got none. Leave the model unfactorized.")
            {
                Operators = [.. model.Graph.Nodes.Select(n => n.OpType).Distinct()],
            };
        }

        IReadOnlyDictionary<string, LowRankBasis> bases = options.Bases is { Count: > 0 } made ? made
            : options.Whiten ? await OutputPass.RunAsync(context, editor, wanted, data, cancellationToken).ConfigureAwait(false)
            : wanted.ToDictionary(static l => l.Output, LowRankBasis.OfWeights, StringComparer.Ordinal);
        if (options.Bases is { Count: 0 } empty)
        {
            foreach ((string output, LowRankBasis basis) in bases)
            {
                empty[output] = basis;
            }
        }

        List<LowRankLayer> layers = [.. wanted.Select(l => new LowRankLayer(l, bases[l.Output], LayerCost.Positions(l, shapes[l.Output], shapes[l.Output][0])))];
        long total = all.Sum(l => LayerCost.Macs(l, LayerCost.Positions(l, shapes[l.Output], shapes[l.Output][0])));
        Dictionary<LowRankLayer, int> ranks = options.Ranks is { } given
            ? layers.Where(l => given.ContainsKey(l.Layer.Name)).ToDictionary(l => l, l => given[l.Layer.Name])
            : RankAllocation.Allocate(layers, total - layers.Sum(l => l.DenseMacs), options);
        long macs = total;
        foreach (LowRankLayer layer in layers)
        {
            if (!ranks.TryGetValue(layer, out int rank))
            {
                decisions.Add(new(layer.Layer.Name, layer.Layer.Node.OpType, "dense", "the budget was met without it, or no rank within the error budget saves multiply-adds"));
                continue;
            }

            if (options.RequireMeasuredGain && await LayerTiming.RatioAsync(context, editor, layer, rank, shapes, cancellationToken).ConfigureAwait(false) is var ratio && ratio >= 1)
            {
                decisions.Add(new(layer.Layer.Name, layer.Layer.Node.OpType, "dense", FormattableString.Invariant($"rank {rank} takes {ratio:F2} of the layer's time")));
                continue;
            }

            macs += layer.Macs(rank) - layer.DenseMacs;
            decisions.Add(new(
                layer.Layer.Name, layer.Layer.Node.OpType, $"rank {rank}", FormattableString.Invariant($"loses {layer.Loss(rank):P2} of the output's variance, {(double)layer.Macs(rank) / layer.DenseMacs:P0} of the multiply-adds")));
            layer.Apply(editor, rank);
        }

        editor.RemoveUnused();
        HalfPrecision.Narrow(editor, model);
        editor.Model.ProducerName = "Inference";
        return new FactorizeResult
        {
            Model = editor.Model,
            Layers = decisions,
            SourceMacs = total,
            Macs = macs,
        };
    }

    private static bool IsCandidate(LinearLayer layer, GraphIndex index, FactorizeOptions options, List<LayerDecision> decisions)
    {
        string? reason =
            options.ExcludedNodes.Contains(layer.Node.Name) || options.ExcludedNodes.Contains(layer.Output) ? "excluded by option"
            : layer.Groups != 1 ? "grouped convolution"
            : layer.Weight.ElementCount < LeastWeights ? $"fewer than {LeastWeights} weights"
            : index.Consumers(layer.WeightName).Count != 1 ? "its weights are shared"
            : layer.BiasName is not null && layer.Bias(index) is null ? "its bias is not constant"
            : Math.Min(layer.Outputs, layer.Reduction) < 4 ? "too thin"
            : null;
        if (reason is not null)
        {
            decisions.Add(new(layer.Name, layer.Node.OpType, "dense", reason));
        }

        return reason is null;
    }
}
