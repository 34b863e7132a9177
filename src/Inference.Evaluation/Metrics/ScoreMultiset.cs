using System.Runtime.InteropServices;

namespace Inference.Evaluation.Metrics;

/// <summary>A multiset of (score, truth, weight): equal entries are counted, so that memory depends on the number of distinct scores. Its order, and all values computed from it, do not depend on the order of additions.</summary>
internal sealed class ScoreMultiset
{
    // Entries from which joining equal ones saves memory that is worth a sort.
    private const int Least = 1024;

    private List<ScoreEntry> _entries = [];
    private int _compactAt = Least;
    private bool _isSorted = true;

    /// <summary>The entries in order, equal ones merged.</summary>
    public ReadOnlySpan<ScoreEntry> Sorted()
    {
        if (!_isSorted)
        {
            Compact();
        }

        return CollectionsMarshal.AsSpan(_entries);
    }

    public void Add(ScoreEntry entry)
    {
        _entries.Add(entry with { Score = entry.Score + 0.0 });
        _isSorted = false;
        if (_entries.Count >= _compactAt)
        {
            Compact();
            _compactAt = Math.Max(Least, 2 * _entries.Count);
        }
    }

    private void Compact()
    {
        _entries.Sort();
        var joined = new List<ScoreEntry>(_entries.Count);
        foreach (ScoreEntry entry in _entries)
        {
            if (joined.Count > 0 && joined[^1].IsLike(entry))
            {
                joined[^1] = entry with { Count = joined[^1].Count + entry.Count };
            }
            else
            {
                joined.Add(entry);
            }
        }

        _entries = joined;
        _isSorted = true;
    }
}
