using System.Collections;
using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Inference;

/// <summary>Values by name, in the order they were added: the inputs or outputs of a run. Holds one reference to each value and disposes the values with itself.</summary>
/// <remarks>Concurrent reads are safe; writes are not thread-safe.</remarks>
public sealed class NamedValues : IReadOnlyDictionary<string, ModelValue>, IDisposable
{
    // Up to this many names are searched linearly; more are looked up in a table, so that 100,000 named columns do not take quadratic time. Where
    // the table begins to pay is measured in benchmarks/results/thresholds.md.
    internal const int Few = 32;

    private KeyValuePair<string, ModelValue>[] _items;
    private volatile ConcurrentDictionary<string, int>? _positions;
    private int _count;
    private volatile bool _disposed;

    /// <summary>Makes an empty set.</summary>
    /// <param name="capacity">The initial capacity, in entries; 4 by default.</param>
    public NamedValues(int capacity = 4) => _items = new KeyValuePair<string, ModelValue>[Math.Max(capacity, 1)];

    /// <summary>The number of values.</summary>
    public int Count => _count;

    /// <summary>The tensor with the given name; setting it adds or replaces a value (a replaced value is not disposed).</summary>
    /// <exception cref="InferenceException">The value does not exist or is not a tensor.</exception>
    public TensorValue this[string name]
    {
        get
        {
            ModelValue value = GetValue(name);
            return value as TensorValue ?? throw new InferenceException($"The value '{name}' is a {value.Kind}, not a tensor. Read it with GetValue(\"{name}\").");
        }
        set => SetValue(name, value);
    }

    ModelValue IReadOnlyDictionary<string, ModelValue>.this[string key] => GetValue(key);

    /// <summary>The names, in order of addition.</summary>
    public IEnumerable<string> Keys => this.Select(item => item.Key);

    /// <summary>The values, in order of addition.</summary>
    public IEnumerable<ModelValue> Values => this.Select(item => item.Value);

    /// <summary>Returns the value at <paramref name="index"/> with its name, in order of addition.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The index is out of range.</exception>
    /// <exception cref="InferenceException">The set was disposed, or another thread is changing it.</exception>
    public KeyValuePair<string, ModelValue> GetAt(int index)
    {
        KeyValuePair<string, ModelValue>[] items = _items;
        if ((uint)index >= (uint)_count || (uint)index >= (uint)items.Length)
        {
            throw _disposed ? Changed() : new ArgumentOutOfRangeException(nameof(index), index, $"There are {_count} values.");
        }

        return At(items, index);
    }

    /// <summary>Adds a value of any kind and takes ownership of the caller's reference.</summary>
    /// <exception cref="InferenceException">A value with this name already exists.</exception>
    public void Add(string name, ModelValue value)
    {
        if (IndexOf(_items, name) >= 0)
        {
            throw new InferenceException($"A value named '{name}' was already added. Use another name, or SetValue to replace it.");
        }

        SetValue(name, value);
    }

    /// <summary>Adds or replaces a value of any kind and takes ownership of the caller's reference; a replaced value is not disposed.</summary>
    public void SetValue(string name, ModelValue value)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(value);
        int index = IndexOf(_items, name);
        if (index < 0)
        {
            if (_count == _items.Length)
            {
                Array.Resize(ref _items, _count * 2);
            }

            _disposed = false;
            index = _count;
            _items[index] = new(name, value);
            _count++;
            if (_positions is { } positions)
            {
                positions[name] = index;
            }
            else if (_count > Few)
            {
                _positions = PositionsOf(_items.AsSpan(0, _count));
            }

            return;
        }

        _items[index] = new(name, value);
    }

    /// <summary>Returns the value with the given name, of any kind.</summary>
    /// <exception cref="InferenceException">The value does not exist; the message lists the existing names. Or the set was disposed.</exception>
    public ModelValue GetValue(string name) => TryGetValue(name, out ModelValue? value)
        ? value
        : throw (_disposed ? Changed() : new InferenceException($"There is no value named '{name}'; the names are: {string.Join(", ", this.Select(v => $"'{v.Key}'"))}."));

    /// <summary>Gets the value with the given name; false if there is none.</summary>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out ModelValue value)
    {
        KeyValuePair<string, ModelValue>[] items = _items;
        int index = IndexOf(items, key);
        value = index < 0 ? null : items[index].Value;
        return value is not null;
    }

    /// <summary>Value <paramref name="index"/>; false where there is none any more.</summary>
    internal bool TryAt(int index, [NotNullWhen(true)] out ModelValue? value)
    {
        KeyValuePair<string, ModelValue>[] items = _items;
        value = (uint)index < (uint)Math.Min(_count, items.Length) ? items[index].Value : null;
        return value is not null;
    }

    /// <summary>Whether a value with the given name exists.</summary>
    public bool ContainsKey(string key) => IndexOf(_items, key) >= 0;

    /// <summary>Returns the current names and values as a separate set that later writes do not change. It adds no references: use it while the values are valid, and do not dispose it.</summary>
    /// <exception cref="InferenceException">Another thread is changing or disposing this set.</exception>
    public NamedValues Snapshot()
    {
        KeyValuePair<string, ModelValue>[] items = _items;
        int count = Math.Min(_count, items.Length);
        var copy = new NamedValues(count);
        for (int i = 0; i < count; i++)
        {
            copy._items[i] = At(items, i);
        }

        copy._count = count;
        if (count > Few)
        {
            copy._positions = PositionsOf(copy._items.AsSpan(0, count));
        }

        return copy;
    }

    /// <summary>Returns a set with the same names in which each value is retained (borrowed ones are copied); it stays valid until it is disposed.</summary>
    public NamedValues Retain()
    {
        NamedValues copy = Snapshot();
        int retained = 0;
        try
        {
            for (; retained < copy._count; retained++)
            {
                KeyValuePair<string, ModelValue> item = copy._items[retained];
                copy._items[retained] = new(item.Key, item.Value.Retain());
            }

            return copy;
        }
        catch
        {
            copy._count = retained;
            copy.Dispose();
            throw;
        }
    }

    /// <summary>Disposes every value and empties the set.</summary>
    public void Dispose()
    {
        _disposed = true;
        _positions = null;
        int count = Interlocked.Exchange(ref _count, 0);
        KeyValuePair<string, ModelValue>[] items = _items;
        for (int i = 0; i < count; i++)
        {
            items[i].Value?.Dispose();
            items[i] = default;
        }
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, ModelValue>> GetEnumerator()
    {
        for (int i = 0; i < _count; i++)
        {
            yield return GetAt(i);
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static KeyValuePair<string, ModelValue> At(KeyValuePair<string, ModelValue>[] items, int index)
    {
        KeyValuePair<string, ModelValue> item = items[index];
        return item is { Key: not null, Value: not null } ? item : throw Changed();
    }

    private static InferenceException Changed() => new(
        "A set of values was read after it was disposed or while another thread changed it. Concurrent reads are safe; do not write to a set or dispose it before the calls it was passed to have completed.");

    private int IndexOf(KeyValuePair<string, ModelValue>[] items, string name)
    {
        if (_positions is { } positions)
        {
            // An entry whose item another thread is removing counts as absent.
            return positions.TryGetValue(name, out int position) && position < items.Length && items[position].Key == name ? position : -1;
        }

        int count = Math.Min(_count, items.Length);
        for (int i = 0; i < count; i++)
        {
            if (string.Equals(items[i].Key, name, StringComparison.Ordinal))
            {
                return i;
            }
        }

        return -1;
    }

    // Concurrent, so that a reader racing with a forbidden writer gets our exception and not one from the table.
    private static ConcurrentDictionary<string, int> PositionsOf(ReadOnlySpan<KeyValuePair<string, ModelValue>> items)
    {
        var positions = new ConcurrentDictionary<string, int>(concurrencyLevel: 1, items.Length, StringComparer.Ordinal);
        for (int i = 0; i < items.Length; i++)
        {
            positions[items[i].Key ?? throw Changed()] = i;
        }

        return positions;
    }
}
