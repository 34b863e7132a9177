namespace Inference.Providers;

/// <summary>The nodes of a graph that a provider would run. Immutable.</summary>
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

    /// <summary>Claims the whole graph, to be compiled as one unit.</summary>
    public static NodeClaims WholeGraph { get; } = new(true, null);

    /// <summary>Whether the whole graph is claimed.</summary>
    public bool IsWholeGraph { get; }

    /// <summary>Claims nodes by their <see cref="GraphNode.Index"/>.</summary>
    public static NodeClaims Nodes(IEnumerable<int> indexes) => new(false, [.. indexes]);

    /// <summary>Whether the node is claimed.</summary>
    public bool Contains(int index) => IsWholeGraph || _nodes!.Contains(index);
}
