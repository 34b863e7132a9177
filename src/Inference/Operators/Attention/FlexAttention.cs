using System.Numerics;
using Inference.Operators.Typed;

namespace Inference.Operators.Attention;

/// <summary>
/// Y = prob_mod(softmax(score_mod(scale·Q·Kᵀ)))·V for Q, K, V [B, H, S, D]; the two modifications are inner graphs over all scores [B, H, rows, keys], in float
/// (float64 for float64 inputs). Source: ai.onnx.preview FlexAttention, version 1.
/// </summary>
internal sealed unsafe class FlexAttention(Node node) : FloatOperator
{
    private readonly ModelGraph? _scoreGraph = ReadGraph(node, "score_mod");
    private readonly ModelGraph? _probabilityGraph = ReadGraph(node, "prob_mod");
    private readonly float? _scale = node.Attributes.Contains("scale") ? node.Attributes.Float("scale") : null;

    protected override void InferOutputs(InferContext context)
    {
        ElementType type = Shapes.RequireType(context, 0, TypeSet.Floating);
        Shapes.RequireTypes(context, TypeSet.Floating, 1, 2);
        Dimension[]? q = Shapes.RequireRank(context, 0, 4);
        Dimension[]? k = Shapes.RequireRank(context, 1, 4);
        Dimension[]? v = Shapes.RequireRank(context, 2, 4);
        Shapes.RequireHoldable(context, "scores [batch, heads, rows, keys]", q?[0] ?? Dimension.Unknown, q?[1] ?? Dimension.Unknown, q?[2] ?? Dimension.Unknown, k?[2] ?? Dimension.Unknown);
        if (q?[1].Size is { } heads && k?[1].Size is { } keyHeads && (keyHeads == 0 || heads % keyHeads != 0))
        {
            throw context.Error($"expected a number of query heads that is a multiple of the {keyHeads} key heads, got {heads}.");
        }

        ElementType inner = type == ElementType.Float64 ? type : ElementType.Float32;
        ModelValueType scores = ModelValueType.Tensor(inner, [q?[0] ?? Dimension.Unknown, q?[1] ?? Dimension.Unknown, q?[2] ?? Dimension.Unknown, k?[2] ?? Dimension.Unknown]);
        foreach (ModelGraph? graph in (ReadOnlySpan<ModelGraph?>)[_scoreGraph, _probabilityGraph])
        {
            if (graph is not null)
            {
                context.InferSubgraph(graph, [scores]);
            }
        }

        context.SetOutput(0, type, q is null ? null : [q[0], q[1], q[2], v?[3] ?? Dimension.Unknown]);
    }

    protected override void RunSingle(KernelContext context) => Compute<float>(context, ElementType.Float32);

    protected override void RunDouble(KernelContext context) => Compute<double>(context, ElementType.Float64);

    private static ModelGraph? ReadGraph(Node node, string name)
    {
        if (!node.Attributes.Contains(name))
        {
            return null;
        }

        ModelGraph graph = node.Attributes.Graph(name);
        return graph.Inputs.Count == 1 && graph.Outputs.Count == 1 ? graph
            : throw new ModelLoadException($"{node.Describe()}: attribute '{name}': expected a graph with one input and one output, got {graph.Inputs.Count} and {graph.Outputs.Count}.");
    }

    private static Tensor Modify(KernelContext context, ModelGraph? graph, Tensor scores)
    {
        if (graph is null)
        {
            return scores;
        }

        var outputs = new EngineValue?[1];
        context.RunSubgraph(graph, [scores], outputs);
        if (outputs[0] is Tensor result && result.Type == scores.Type && result.Dims.SequenceEqual(scores.Dims))
        {
            return result;
        }

        throw context.Error($"subgraph '{graph.Name}': expected {scores}, got {outputs[0]}.");
    }

    private void Compute<C>(KernelContext context, ElementType type)
        where C : unmanaged, IFloatingPointIeee754<C>
    {
        Tensor q = context.Input(0);
        Tensor k = context.Input(1);
        Tensor v = context.Input(2);
        var sizes = new AttentionSizes(q.Dims[0], q.Dims[1], k.Dims[1], q.Dims[2], k.Dims[2], q.Dims[3], v.Dims[3]);
        HeadLayout layoutQ = HeadLayout.HeadsFirst(sizes.Heads, sizes.Rows, sizes.Depth);
        HeadLayout layoutK = HeadLayout.HeadsFirst(sizes.KeyHeads, sizes.Keys, sizes.Depth);
        HeadLayout layoutV = HeadLayout.HeadsFirst(sizes.KeyHeads, sizes.Keys, sizes.ValueDepth);
        HeadLayout layoutY = HeadLayout.HeadsFirst(sizes.Heads, sizes.Rows, sizes.ValueDepth);
        C scale = _scale is { } given ? C.CreateTruncating(given) : C.One / C.Sqrt(C.CreateTruncating(sizes.Depth));

        // Values that enter inner graphs own their memory.
        Tensor scores = context.Allocate(type, [sizes.Batch, sizes.Heads, sizes.Rows, sizes.Keys]);
        AttentionCore.Scores(context, in sizes, (C*)q.Data, layoutQ, (C*)k.Data, layoutK, scale, (C*)scores.Data);
        Tensor modified = Modify(context, _scoreGraph, scores);
        if (!ReferenceEquals(modified, scores))
        {
            // The graph may have handed back a constant.
            modified.CopyTo(scores);
        }

        AttentionCore.Softmax(context, in sizes, (C*)scores.Data);
        Tensor probabilities = Modify(context, _probabilityGraph, scores);
        AttentionCore.Values(context, in sizes, (C*)probabilities.Data, (C*)v.Data, layoutV, (C*)context.Output(0).Data, layoutY);
        GC.KeepAlive(scores);
        GC.KeepAlive(probabilities);
    }
}
