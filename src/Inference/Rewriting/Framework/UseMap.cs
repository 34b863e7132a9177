namespace Inference.Rewriting.Framework;

/// <summary>Who uses each value of one graph: nodes, inner graphs, outputs. Taken when it is first asked, which in most graphs most rewrites never do; fusion keeps it up to date by its own edits from then on.</summary>
internal sealed class UseMap(ModelGraph graph)
{
    private Dictionary<Value, List<Node>>? _users;
    private HashSet<Value>? _pinned;

    /// <summary>Whether the value leaves the graph or is seen by an inner graph.</summary>
    public bool IsPinned(Value value) => Pinned.Contains(value);

    /// <summary>The nodes that use a value, once for each use.</summary>
    public IReadOnlyList<Node> Users(Value value) => AllUsers.TryGetValue(value, out List<Node>? users) ? users : [];

    /// <summary>The node that alone uses a value, once; null where there are more, none, or the value is pinned.</summary>
    public Node? OnlyUser(Value value) => !Pinned.Contains(value) && AllUsers.TryGetValue(value, out List<Node>? users) && users.Count == 1 ? users[0] : null;

    public void Add(Value value, Node user)
    {
        if (!AllUsers.TryGetValue(value, out List<Node>? users))
        {
            // One place: most values have one user.
            AllUsers.Add(value, users = new(1));
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

    public void Remove(Value value, Node user) => AllUsers.GetValueOrDefault(value)?.Remove(user);

    private HashSet<Value> Pinned
    {
        get
        {
            if (_pinned is null)
            {
                _pinned = [.. graph.Outputs];
                foreach (ModelGraph inner in graph.Nodes.SelectMany(GraphEdit.InnerGraphs))
                {
                    _pinned.UnionWith(inner.Captures);
                }
            }

            return _pinned;
        }
    }

    private Dictionary<Value, List<Node>> AllUsers
    {
        get
        {
            if (_users is null)
            {
                _users = new(graph.Nodes.Count);
                foreach (Node node in graph.Nodes)
                {
                    foreach (Value? input in node.Inputs)
                    {
                        if (input is not null)
                        {
                            Add(input, node);
                        }
                    }
                }
            }

            return _users;
        }
    }
}
