using Inference.Monitoring.Cells;

namespace Inference.Monitoring.Profiles;

/// <summary>How often strings occur, in bounded memory: once there are too many, new ones are no longer kept.</summary>
internal sealed class CategoryCounts
{
    // 16 times what a profile keeps: the most frequent values are met long before.
    private const int MaxValues = 1 << 16;

    // Longer texts, which are no categories, are kept by their first characters and told apart by their keys.
    private const int MaxText = 256;
    private readonly Dictionary<ulong, (string Text, int Count)> _counts = [];

    /// <summary>Whether all values were kept.</summary>
    public bool IsComplete { get; private set; } = true;

    public int Distinct => _counts.Count;

    public int Singletons => _counts.Values.Count(static c => c.Count == 1);

    public void Add(string value)
    {
        ulong key = CategoryKey.Of(value);
        if (_counts.TryGetValue(key, out (string Text, int Count) entry))
        {
            _counts[key] = (entry.Text, entry.Count + 1);
        }
        else if (_counts.Count < MaxValues)
        {
            _counts.Add(key, (value.Length <= MaxText ? value : value[..MaxText], 1));
        }
        else
        {
            IsComplete = false;
        }
    }

    /// <summary>The values, most frequent first.</summary>
    public List<(string Text, ulong Key, int Count)> Descending() =>
        [.. _counts.OrderByDescending(static c => c.Value.Count).ThenBy(static c => c.Value.Text, StringComparer.Ordinal).ThenBy(static c => c.Key).Select(static c => (c.Value.Text, c.Key, c.Value.Count))];
}
