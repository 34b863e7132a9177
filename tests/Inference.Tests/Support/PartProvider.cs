using Inference.Providers;

namespace Inference.Tests.Support;

/// <summary>A provider that takes nodes of some operators and runs them on the engine, or as it is told.</summary>
/// <param name="name">Its name.</param>
/// <param name="operators">The operators; none: all.</param>
internal sealed class PartProvider(string name, params string[] operators) : IExecutionProvider
{
    private readonly CpuExecutionProvider _engine = new();

    public string Name => name;

    /// <summary>Compiles instead of the engine.</summary>
    public Func<IGraphView, ICompiledModel>? Compiles { get; init; }

    /// <summary>The operators of each part it compiled.</summary>
    public List<string> Parts { get; } = [];

    public NodeClaims Claim(IGraphView graph) =>
        operators.Length == 0 ? NodeClaims.WholeGraph : NodeClaims.Nodes(graph.Nodes.Where(n => operators.Contains(n.OpType)).Select(n => n.Index));

    public ICompiledModel Compile(IGraphView subgraph, CompileContext context)
    {
        Parts.Add(string.Join(' ', subgraph.Nodes.Select(n => n.OpType)));
        return Compiles?.Invoke(subgraph) ?? _engine.Compile(subgraph, context);
    }
}
