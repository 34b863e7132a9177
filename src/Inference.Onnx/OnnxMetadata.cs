using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Inference.Onnx;

/// <summary>Key and value strings in file order (<c>StringStringEntryProto</c>). A file may repeat a key; lookups return the first entry. Concurrent reads are safe; writes are not thread-safe.</summary>
public sealed class OnnxMetadata : IReadOnlyCollection<KeyValuePair<string, string>>
{
    private readonly List<KeyValuePair<string, string>> _entries = [];

    /// <summary>The number of entries.</summary>
    public int Count => _entries.Count;

    /// <summary>The value of the first entry with the given key; setting it replaces that entry or appends a new one.</summary>
    /// <param name="key">The key, compared ordinally.</param>
    /// <exception cref="KeyNotFoundException">The key does not exist when reading.</exception>
    public string this[string key]
    {
        get => TryGetValue(key, out var value) ? value : throw new KeyNotFoundException($"The metadata has no key '{key}'.");
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            var index = IndexOf(key);
            if (index < 0)
            {
                Add(key, value);
            }
            else
            {
                _entries[index] = new(key, value);
            }
        }
    }

    /// <summary>Gets the value of a key.</summary>
    /// <param name="key">The key, compared ordinally.</param>
    /// <param name="value">The value.</param>
    /// <returns>Whether the key exists.</returns>
    public bool TryGetValue(string key, [NotNullWhen(true)] out string? value)
    {
        var index = IndexOf(key);
        value = index < 0 ? null : _entries[index].Value;
        return index >= 0;
    }

    /// <summary>Whether an entry with the given key exists.</summary>
    /// <param name="key">The key, compared ordinally.</param>
    public bool ContainsKey(string key) => IndexOf(key) >= 0;

    /// <summary>Appends an entry, even if the key already exists.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    public void Add(string key, string value)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(value);
        _entries.Add(new(key, value));
    }

    /// <summary>Removes every entry with the given key.</summary>
    /// <param name="key">The key, compared ordinally.</param>
    /// <returns>Whether at least one was removed.</returns>
    public bool Remove(string key) => _entries.RemoveAll(e => e.Key == key) > 0;

    /// <summary>Removes all entries.</summary>
    public void Clear() => _entries.Clear();

    /// <summary>Enumerates the entries in order.</summary>
    public List<KeyValuePair<string, string>>.Enumerator GetEnumerator() => _entries.GetEnumerator();

    IEnumerator<KeyValuePair<string, string>> IEnumerable<KeyValuePair<string, string>>.GetEnumerator() => _entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _entries.GetEnumerator();

    private int IndexOf(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        for (var i = 0; i < _entries.Count; i++)
        {
            if (_entries[i].Key == key)
            {
                return i;
            }
        }

        return -1;
    }
}
