namespace Inference.Import;

/// <summary>Names visible in a graph, and in the graphs around it.</summary>
internal sealed class ImportScope(ModelGraph graph, ImportScope? outer, bool isFunctionBody)
{
    private readonly Dictionary<string, Value> _values = new(StringComparer.Ordinal);
    private readonly HashSet<Value> _captured = [];

    public ModelGraph Graph => graph;

    /// <summary>Whether this is the model's own graph, whose inputs are checked at each call.</summary>
    public bool IsModel => outer is null && !isFunctionBody;

    /// <summary>Adds a name of this graph.</summary>
    /// <exception cref="ModelLoadException">The name is taken.</exception>
    public void Define(Value value, string name)
    {
        if (!_values.TryAdd(name, value))
        {
            throw new ModelLoadException($"Graph '{graph.Name}': expected each value to be produced once, but '{name}' is produced twice. The model is not valid.");
        }
    }

    public bool IsDefinedHere(string name) => _values.ContainsKey(name);

    /// <summary>Finds a name here or in the graphs around; null where it is not known. Notes outer values as captured by every graph on the way.</summary>
    public Value? Find(string name)
    {
        if (_values.TryGetValue(name, out Value? value))
        {
            return value;
        }

        // A function body can access only its own inputs.
        Value? found = isFunctionBody ? null : outer?.Find(name);
        if (found is not null && outer!.Graph != graph && found.Constant is null && _captured.Add(found))
        {
            graph.Captures.Add(found);
        }

        return found;
    }
}
