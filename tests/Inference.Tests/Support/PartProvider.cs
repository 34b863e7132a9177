using Inference.Providers;

namespace Inference.Tests.Support;

/// <summary>A provider that takes nodes of some operators and runs them on the engine, or as it is told.</summary>
/// <param name="name">Its name.</param>
/// <param name="operators">The operators; none: all.</param>
internal sealed class PartProvider(string name, params string[] operators) : ExecutionProvider
{
    private readonly CpuExecutionProvider _engine = new();

    public override string Name => name;

    /// <summary>Compiles instead of the engine.</summary>
    public Func<GraphView, CompiledModel>? Compiles { get; init; }

    /// <summary>The operators of each part it compiled.</summary>
    public List<string> Parts { get; } = [];

    public override NodeClaims Claim(GraphView graph) =>
        operators.Length == 0 ? NodeClaims.WholeGraph : NodeClaims.Nodes(graph.Nodes.Where(n => operators.Contains(n.OpType)).Select(n => n.Index));

    public override CompiledModel Compile(GraphView subgraph, CompileContext context)
    {
        Parts.Add(string.Join(' ', subgraph.Nodes.Select(n => n.OpType)));
        return Compiles?.Invoke(subgraph) ?? _engine.Compile(subgraph, context);
    }
}
