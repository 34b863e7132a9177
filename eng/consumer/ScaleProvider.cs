using Inference.Providers;

namespace Consumer;

/// <summary>A provider from outside with an operator of its own, <c>y = factor · x</c>.</summary>
internal sealed class ScaleProvider : ExecutionProvider
{
    public const string Domain = "consumer";

    public override string Name => "scale";

    public override NodeClaims Claim(GraphView graph) => NodeClaims.Nodes(graph.Nodes.Where(n => n.Domain == Domain && n.OpType == "Scale").Select(n => n.Index));

    public override CompiledModel Compile(GraphView subgraph, CompileContext context) => new ScaleModel(subgraph.Nodes.Single().GetFloat("factor", 1));
}
