namespace Inference.Ir;

/// <summary>Attributes of a node by name: <see cref="long"/>, <see cref="float"/>, <see cref="string"/>, <see cref="Tensor"/>, <see cref="ModelGraph"/>,
/// <see cref="ModelValueType"/>, and arrays of these; rewrites put the functions of fused operators there.</summary>
internal sealed class AttributeMap
{
    private readonly Dictionary<string, object> _items = new(StringComparer.Ordinal);
    private ModelGraph[]? _graphs;

    public IReadOnlyDictionary<string, object> Items => _items;

    /// <summary>The graphs among them, in order.</summary>
    public ModelGraph[] Graphs => _graphs ??= FindGraphs();

    public bool Contains(string name) => _items.ContainsKey(name);

    public void Set(string name, object value)
    {
        _items[name] = value;
        _graphs = null;
    }

    /// <summary>A map of the same attributes.</summary>
    /// <param name="inner">What stands for a graph; null: the graph.</param>
    public AttributeMap Copy(Func<ModelGraph, ModelGraph>? inner = null)
    {
        var copy = new AttributeMap();
        foreach ((string name, object value) in _items)
        {
            copy.Set(name, inner is null ? value : value is ModelGraph graph ? inner(graph) : value is ModelGraph[] several ? Array.ConvertAll(several, g => inner(g)) : value);
        }

        return copy;
    }

    public bool Remove(string name)
    {
        _graphs = null;
        return _items.Remove(name);
    }

    public long Int(string name, long defaultValue) => Get<long>(name, out long value) ? value : defaultValue;

    public long Int(string name) => Get<long>(name, out long value) ? value : throw Missing(name, "an integer");

    public float Float(string name, float defaultValue) => Get<float>(name, out float value) ? value : defaultValue;

    public float Float(string name) => Get<float>(name, out float value) ? value : throw Missing(name, "a float");

    public string String(string name, string defaultValue) => Get<string>(name, out string? value) ? value! : defaultValue;

    public string String(string name) => Get<string>(name, out string? value) ? value! : throw Missing(name, "a string");

    /// <summary>Null where absent.</summary>
    public long[]? Ints(string name) => Get<long[]>(name, out long[]? value) ? value : null;

    /// <summary>Null where absent.</summary>
    public float[]? Floats(string name) => Get<float[]>(name, out float[]? value) ? value : null;

    /// <summary>Null where absent.</summary>
    public string[]? Strings(string name) => Get<string[]>(name, out string[]? value) ? value : null;

    /// <summary>Null where absent.</summary>
    public Tensor? Tensor(string name) => Get<Tensor>(name, out Tensor? value) ? value : null;

    public ModelGraph Graph(string name) => Get<ModelGraph>(name, out ModelGraph? value) ? value! : throw Missing(name, "a graph");

    /// <summary>Null where absent.</summary>
    public ModelValueType? Type(string name) => Get<ModelValueType>(name, out ModelValueType? value) ? value : null;

    private ModelGraph[] FindGraphs()
    {
        List<ModelGraph>? graphs = null;
        foreach (object item in _items.Values)
        {
            if (item is ModelGraph graph)
            {
                (graphs ??= []).Add(graph);
            }
            else if (item is ModelGraph[] several)
            {
                (graphs ??= []).AddRange(several);
            }
        }

        return graphs is null ? [] : [.. graphs];
    }

    private bool Get<T>(string name, out T? value)
    {
        value = default;
        if (!_items.TryGetValue(name, out object? item))
        {
            return false;
        }

        // In some files, an empty list does not state its kind.
        if (item is Array { Length: 0 } && typeof(T).IsArray)
        {
            value = typeof(T) == typeof(long[]) ? (T)(object)Array.Empty<long>()
                : typeof(T) == typeof(float[]) ? (T)(object)Array.Empty<float>()
                : typeof(T) == typeof(string[]) ? (T)(object)Array.Empty<string>()
                : (T)item;
            return true;
        }

        value = item is T typed
            ? typed
            : throw new ModelLoadException($"attribute '{name}': expected {typeof(T).Name}, got {item.GetType().Name}. The model violates the operator's specification.");
        return true;
    }

    private static ModelLoadException Missing(string name, string what) =>
        new($"attribute '{name}': expected {what}, but it is absent. The model violates the operator's specification.");
}
