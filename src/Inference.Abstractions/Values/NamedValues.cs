using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Inference;

/// <summary>Values by name, in the order they were added: the inputs or outputs of a run. Holds one reference to each value; disposing it disposes them.</summary>
/// <remarks>Not thread-safe for writing; many threads may read.</remarks>
public sealed class NamedValues : IReadOnlyCollection<KeyValuePair<string, ModelValue>>, IDisposable
{
    private KeyValuePair<string, ModelValue>[] _items;
    private int _count;

    /// <summary>Makes an empty set.</summary>
    /// <param name="capacity">Room to set aside, entries, 4 by default.</param>
    public NamedValues(int capacity = 4) => _items = new KeyValuePair<string, ModelValue>[Math.Max(capacity, 1)];

    /// <summary>The number of values.</summary>
    public int Count => _count;

    /// <summary>The tensor of that name; setting adds or replaces (what was there before is not disposed).</summary>
    /// <exception cref="InferenceException">There is no such value, or it is not a tensor.</exception>
    public TensorValue this[string name]
    {
        get => Get(name) as TensorValue
            ?? throw new InferenceException($"The value '{name}' is a {Get(name).Kind}, not a tensor. Use Get(\"{name}\").");
        set => Set(name, value);
    }

    /// <summary>Value <paramref name="index"/> with its name, in order of addition.</summary>
    public KeyValuePair<string, ModelValue> this[int index] =>
        (uint)index < (uint)_count ? _items[index] : throw new ArgumentOutOfRangeException(nameof(index), index, $"There are {_count} values.");

    /// <summary>Adds a value of any kind and takes over the caller's reference.</summary>
    /// <exception cref="InferenceException">The name is taken.</exception>
    public void Add(string name, ModelValue value)
    {
        if (IndexOf(name) >= 0)
        {
            throw new InferenceException($"A value named '{name}' was added already. Names must differ.");
        }

        Set(name, value);
    }

    /// <summary>Adds or replaces a value of any kind; what was there before is not disposed.</summary>
    public void Set(string name, ModelValue value)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(value);
        int index = IndexOf(name);
        if (index < 0)
        {
            if (_count == _items.Length)
            {
                Array.Resize(ref _items, _count * 2);
            }

            index = _count++;
        }

        _items[index] = new(name, value);
    }

    /// <summary>The value of that name.</summary>
    /// <exception cref="InferenceException">There is no such value; the error lists the names there are.</exception>
    public ModelValue Get(string name) => TryGet(name, out ModelValue? value)
        ? value
        : throw new InferenceException($"There is no value named '{name}'; there are: {string.Join(", ", this.Select(v => $"'{v.Key}'"))}.");

    /// <summary>Finds the value of that name.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out ModelValue? value)
    {
        int index = IndexOf(name);
        value = index < 0 ? null : _items[index].Value;
        return index >= 0;
    }

    /// <summary>Whether there is a value of that name.</summary>
    public bool Contains(string name) => IndexOf(name) >= 0;

    /// <summary>A set with the same names in which each value is retained (borrowed ones are copied): it stays valid until disposed itself.</summary>
    public NamedValues Retain()
    {
        var copy = new NamedValues(_count);
        for (int i = 0; i < _count; i++)
        {
            copy.Set(_items[i].Key, _items[i].Value.Retain());
        }

        return copy;
    }

    /// <summary>Disposes every value and empties the set.</summary>
    public void Dispose()
    {
        int count = _count;
        _count = 0;
        for (int i = 0; i < count; i++)
        {
            _items[i].Value.Dispose();
            _items[i] = default;
        }
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, ModelValue>> GetEnumerator()
    {
        for (int i = 0; i < _count; i++)
        {
            yield return _items[i];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private int IndexOf(string name)
    {
        for (int i = 0; i < _count; i++)
        {
            if (string.Equals(_items[i].Key, name, StringComparison.Ordinal))
            {
                return i;
            }
        }

        return -1;
    }
}
