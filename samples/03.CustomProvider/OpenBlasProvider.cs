using Inference;
using Inference.Providers;

namespace CustomProvider;

/// <summary>Claims MatMul and Gemm on float tensors with a matrix on the right, and computes them with OpenBLAS.</summary>
public sealed class OpenBlasProvider : ExecutionProvider
{
    public override string Name => "openblas";

    public override NodeClaims Claim(GraphView graph)
    {
        // Types are declared or inferred only for some values; outputs of previously claimed nodes are known to be float.
        var ranks = new Dictionary<string, int>();
        var claimed = new List<int>();
        foreach (GraphNode node in graph.Nodes)
        {
            bool known = node.Domain.Length == 0 && node.OpType is "MatMul" or "Gemm" && node.Inputs.All(input => input.Length == 0 || Rank(input) >= 0);
            if (known && Rank(node.Inputs[0]) >= 2 && Rank(node.Inputs[1]) == 2)
            {
                claimed.Add(node.Index);
                ranks[node.Outputs[0]] = Rank(node.Inputs[0]);
            }
        }

        return NodeClaims.Nodes(claimed);

        int Rank(string value) => ranks.TryGetValue(value, out int rank) ? rank
            : graph.GetValueType(value) is { ElementType: ElementType.Float32, Shape: { } shape } ? shape.Count
            : -1;
    }

    public override CompiledModel Compile(GraphView subgraph, CompileContext context) =>
        OpenBlas.IsAvailable
            ? new OpenBlasModel(subgraph)
            : throw new ProviderException($"Model '{subgraph.ModelName}': OpenBLAS was not found. Install it (apt-get install libopenblas0, brew install openblas), or put its library beside the program.");
}
