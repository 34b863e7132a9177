namespace Inference.Providers;

/// <summary>Which nodes of a graph a provider would run. Immutable.</summary>
public sealed class NodeClaims
{
    private readonly HashSet<int>? _nodes;

    private NodeClaims(bool all, HashSet<int>? nodes)
    {
        IsWholeGraph = all;
        _nodes = nodes;
    }

    /// <summary>Claims nothing.</summary>
    public static NodeClaims None { get; } = new(false, []);

    /// <summary>Claims the graph as a whole, to be compiled in one piece.</summary>
    public static NodeClaims WholeGraph { get; } = new(true, null);

    /// <summary>Whether the graph is claimed as a whole.</summary>
    public bool IsWholeGraph { get; }

    /// <summary>Claims nodes by their <see cref="GraphNode.Index"/>.</summary>
    public static NodeClaims Nodes(IEnumerable<int> indexes) => new(false, [.. indexes]);

    /// <summary>Whether the node is claimed.</summary>
    public bool Contains(int index) => IsWholeGraph || _nodes!.Contains(index);
}
