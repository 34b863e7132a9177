namespace Inference.Rewriting.Framework;

/// <summary>Who uses each value of one graph: nodes, inner graphs, outputs. Taken at one moment; fusion keeps it up to date by its own edits.</summary>
internal sealed class UseMap
{
    private readonly Dictionary<Value, List<Node>> _users = [];
    private readonly HashSet<Value> _pinned;

    public UseMap(ModelGraph graph)
    {
        _pinned = [.. graph.Outputs];
        foreach (Node node in graph.Nodes)
        {
            foreach (Value? input in node.Inputs)
            {
                if (input is not null)
                {
                    Add(input, node);
                }
            }

            foreach (ModelGraph inner in GraphEdit.InnerGraphs(node))
            {
                _pinned.UnionWith(inner.Captures);
            }
        }
    }

    /// <summary>Whether the value leaves the graph or is seen by an inner graph.</summary>
    public bool IsPinned(Value value) => _pinned.Contains(value);

    /// <summary>The nodes that use a value, once for each use.</summary>
    public IReadOnlyList<Node> Users(Value value) => _users.TryGetValue(value, out List<Node>? users) ? users : [];

    /// <summary>The node that alone uses a value, once; null where there are more, none, or the value is pinned.</summary>
    public Node? OnlyUser(Value value) => !_pinned.Contains(value) && _users.TryGetValue(value, out List<Node>? users) && users.Count == 1 ? users[0] : null;

    public void Add(Value value, Node user)
    {
        if (!_users.TryGetValue(value, out List<Node>? users))
        {
            _users.Add(value, users = []);
        }

        users.Add(user);
    }

    /// <summary>Notes that a node with inputs of its own stands in another's place.</summary>
    public void Replace(Node old, Node made)
    {
        foreach (Value? input in old.Inputs)
        {
            if (input is not null)
            {
                Remove(input, old);
            }
        }

        foreach (Value? input in made.Inputs)
        {
            if (input is not null)
            {
                Add(input, made);
            }
        }
    }

    public void Remove(Value value, Node user) => _users.GetValueOrDefault(value)?.Remove(user);
}
