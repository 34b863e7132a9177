namespace Inference.Monitoring.Drift;

/// <summary>Counts of the coded cells of a column that forget a 64th of themselves with each bucket: c ← c + n − ⌊c ÷ 64⌋. In 32 bits for as long as these hold them exactly, in 64 bits from then on. Not thread-safe.</summary>
internal struct RecentRows(int cells)
{
    private const int Forgetting = 6;
    private readonly int[] _counts = new int[cells];
    private long[]? _wide;

    /// <summary>Adds a bucket.</summary>
    /// <param name="coded">Its counts.</param>
    public void Add(ReadOnlySpan<long> coded)
    {
        if (_wide is null && Fits(coded))
        {
            for (int i = 0; i < _counts.Length; i++)
            {
                _counts[i] += (int)coded[i] - (_counts[i] >> Forgetting);
            }

            return;
        }

        _wide ??= ToArray();
        for (int i = 0; i < _wide.Length; i++)
        {
            _wide[i] += coded[i] - (_wide[i] >> Forgetting);
        }
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        Array.Clear(_counts);
        _wide = null;
    }

    /// <summary>A copy of the counts.</summary>
    public readonly long[] ToArray() => _wide is not null ? [.. _wide] : Array.ConvertAll(_counts, static c => (long)c);

    private readonly bool Fits(ReadOnlySpan<long> coded)
    {
        for (int i = 0; i < _counts.Length; i++)
        {
            if (coded[i] > int.MaxValue - _counts[i])
            {
                return false;
            }
        }

        return true;
    }
}
