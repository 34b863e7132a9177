using Inference.Providers;

namespace Inference.Conformance;

/// <summary>Claims a random half of what another provider claims, so that a model is cut in many places.</summary>
/// <param name="inner">The provider that compiles the parts.</param>
/// <param name="seed">Chooses the nodes: equal seeds choose the same.</param>
/// <param name="probability">The share of the nodes, 0 to 1.</param>
public sealed class SplittingProvider(ExecutionProvider inner, int seed, double probability = 0.5) : ExecutionProvider
{
    private int _nodes;

    /// <inheritdoc/>
    public override string Name => inner.Name;

    /// <summary>Nodes compiled so far, over all parts.</summary>
    public int CompiledNodes => _nodes;

    /// <inheritdoc/>
    public override NodeClaims Claim(GraphView graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        NodeClaims all = inner.Claim(graph);
        return NodeClaims.Nodes(graph.Nodes.Where(node => all.Contains(node.Index) && Chooses(node)).Select(static node => node.Index));
    }

    /// <inheritdoc/>
    public override CompiledModel Compile(GraphView subgraph, CompileContext context)
    {
        ArgumentNullException.ThrowIfNull(subgraph);
        CompiledModel compiled = inner.Compile(subgraph, context);
        Interlocked.Add(ref _nodes, subgraph.Nodes.Count);
        return compiled;
    }

    // By what the node makes, not by its position: the same nodes whatever the order of the graph and however often it is asked.
    private bool Chooses(GraphNode node)
    {
        uint hash = 2166136261u ^ (uint)seed;
        foreach (char c in string.Concat(node.Outputs))
        {
            hash = (hash ^ c) * 16777619u;
        }

        return new Random((int)(hash & 0x7FFFFFFF)).NextDouble() < probability;
    }
}
