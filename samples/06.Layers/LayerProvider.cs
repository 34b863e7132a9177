using Inference;
using Inference.Providers;

namespace LayerSample;

/// <summary>An execution provider built from layers: claims MatMul, Gemm and Gather with constant weights, and runs each as a layer that is packed once.</summary>
public sealed class LayerProvider : ExecutionProvider
{
    /// <inheritdoc/>
    public override string Name => "layers";

    /// <inheritdoc/>
    public override NodeClaims Claim(GraphView graph)
    {
        // Types are declared or inferred only for some values; outputs of previously claimed nodes are known.
        var ranks = new Dictionary<string, int>();
        var claimed = new List<int>();
        foreach (GraphNode node in graph.Nodes)
        {
            int rank = node.Domain.Length > 0 ? -1 : node.OpType switch
            {
                "MatMul" when Rank(node.Inputs[0]) >= 2 && IsMatrix(node.Inputs[1]) => Rank(node.Inputs[0]),
                "Gemm" when node.GetInt("transA", 0) == 0 && Rank(node.Inputs[0]) == 2 && IsMatrix(node.Inputs[1]) && HasPlainBias(node) => 2,
                "Gather" when node.GetInt("axis", 0) == 0 && IsMatrix(node.Inputs[0]) && graph.GetValueType(node.Inputs[1]) is { ElementType: ElementType.Int64, Shape: { } ids } => ids.Count + 1,
                _ => -1,
            };
            if (rank >= 0)
            {
                claimed.Add(node.Index);
                ranks[node.Outputs[0]] = rank;
            }
        }

        return NodeClaims.Nodes(claimed);

        int Rank(string value) => ranks.TryGetValue(value, out int rank) ? rank
            : graph.GetValueType(value) is { ElementType: ElementType.Float32, Shape: { } shape } ? shape.Count
            : -1;

        bool IsMatrix(string value) => graph.GetConstant(value) is { ElementType: ElementType.Float32, Rank: 2, ElementCount: > 0 };

        // One value per output.
        bool HasPlainBias(GraphNode node) => node.Inputs.Count < 3 || node.Inputs[2].Length == 0
            || (graph.GetConstant(node.Inputs[2]) is { ElementType: ElementType.Float32, Rank: 1 } c && c.ElementCount == graph.GetConstant(node.Inputs[1])!.Shape[node.GetInt("transB", 0) == 0 ? 1 : 0]);
    }

    /// <inheritdoc/>
    public override CompiledModel Compile(GraphView subgraph, CompileContext context) => new LayerModel(subgraph);
}
