namespace Inference.TestSupport.Covering;

/// <summary>
/// Rows over options such that every allowed combination of values of any t options occurs. Greedy, one row at a time: a combination still
/// missing is fixed, then each further option takes the value that adds most missing combinations; the best of a few such rows is kept.
/// Deterministic. Values of all options are numbered through.
/// </summary>
internal sealed class CoveringArray
{
    private const int Candidates = 8;
    private readonly int[] _first;
    private readonly int[] _count;
    private readonly bool[] _forbidden;
    private readonly int _values;
    private readonly int _strength;
    private readonly bool[] _missing;
    private readonly Random _random = new(1);
    private readonly int[] _row;
    private readonly int[] _fixed;

    // How many of the fixed values forbid each value.
    private readonly int[] _blocked;
    private int _fixedCount;

    /// <param name="counts">Values of each option.</param>
    /// <param name="forbidden">Whether values i and j may not occur together, at i · values + j, symmetric.</param>
    /// <param name="strength">t, 2 or 3.</param>
    public CoveringArray(int[] counts, bool[] forbidden, int strength)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(strength, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(strength, 3);
        _count = counts;
        _forbidden = forbidden;
        _strength = Math.Min(strength, counts.Length);
        _first = new int[counts.Length];
        for (int i = 1; i < counts.Length; i++)
        {
            _first[i] = _first[i - 1] + counts[i - 1];
        }

        _values = counts.Sum();
        _row = new int[counts.Length];
        _fixed = new int[counts.Length];
        _blocked = new int[_values];
        _missing = new bool[(int)Math.Pow(_values, _strength)];
    }

    /// <summary>The rows; each holds the value of every option, counted from the option's first.</summary>
    public List<int[]> Rows()
    {
        var queue = new List<int[]>(Combinations(_strength).Where(c => Pairs(c).All(p => !_forbidden[(p.A * _values) + p.B])));
        foreach (int[] c in queue)
        {
            _missing[Key(c)] = true;
        }

        var rows = new List<int[]>();
        for (int next = 0; next < queue.Count;)
        {
            if (!_missing[Key(queue[next])])
            {
                next++;
                continue;
            }

            int[]? best = null;
            int gain = 0;
            for (int candidate = 0; candidate < Candidates; candidate++)
            {
                int[] seed = candidate == 0 ? queue[next] : queue[_random.Next(next, queue.Count)];
                if (!_missing[Key(seed)] || Complete(seed) is not { } row)
                {
                    // What no row can hold is no longer sought.
                    _missing[Key(seed)] = false;
                    continue;
                }

                int added = Combinations(row).Count(c => _missing[Key(c)]);
                if (added > gain)
                {
                    (best, gain) = (row, added);
                }
            }

            if (best is not null)
            {
                foreach (int[] c in Combinations(best))
                {
                    _missing[Key(c)] = false;
                }

                rows.Add([.. best.Select((v, i) => v - _first[i])]);
            }
        }

        return rows;
    }

    /// <summary>Pairs of values that some row can hold.</summary>
    public IEnumerable<(int A, int B)> ValidPairs() =>
        Combinations(2).Where(c => !_forbidden[(c[0] * _values) + c[1]] && Complete(c) is not null).Select(c => (c[0], c[1]));

    private static IEnumerable<(int A, int B)> Pairs(int[] values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            for (int j = i + 1; j < values.Length; j++)
            {
                yield return (values[i], values[j]);
            }
        }
    }

    // A row with the given values, or null if what is forbidden leaves none.
    private int[]? Complete(int[] values)
    {
        Array.Fill(_row, -1);
        Array.Clear(_blocked);
        _fixedCount = 0;
        foreach (int v in values)
        {
            Fix(OptionOf(v), v);
        }

        int[] order = [.. Enumerable.Range(0, _count.Length).Where(o => _row[o] < 0)];
        _random.Shuffle(order);
        return Fill(order, 0) ? [.. _row] : null;
    }

    private bool Fill(int[] order, int at)
    {
        // An option without a value left ends the search here, not after all the ways to fill the options before it.
        if (Array.Exists(order[at..], o => _blocked.AsSpan(_first[o], _count[o]).IndexOf(0) < 0))
        {
            return false;
        }

        if (at == order.Length)
        {
            return true;
        }

        int option = order[at];
        int[] values = [.. Enumerable.Range(_first[option], _count[option]).Where(v => _blocked[v] == 0)];
        _random.Shuffle(values);
        foreach (int v in values.OrderByDescending(Gain))
        {
            Fix(option, v);
            if (Fill(order, at + 1))
            {
                return true;
            }

            Unfix(option, v);
        }

        return false;
    }

    private void Fix(int option, int value)
    {
        _row[option] = value;
        _fixed[_fixedCount++] = value;
        Block(value, 1);
    }

    private void Unfix(int option, int value)
    {
        _row[option] = -1;
        _fixedCount--;
        Block(value, -1);
    }

    private void Block(int value, int change)
    {
        for (int v = 0; v < _values; v++)
        {
            _blocked[v] += _forbidden[(value * _values) + v] ? change : 0;
        }
    }

    // Missing combinations that the value makes with those fixed.
    private int Gain(int value)
    {
        int gain = 0;
        for (int i = 0; i < _fixedCount; i++)
        {
            if (_strength == 2)
            {
                gain += _missing[Key(value, _fixed[i])] ? 1 : 0;
                continue;
            }

            for (int j = i + 1; j < _fixedCount; j++)
            {
                gain += _missing[Key(value, _fixed[i], _fixed[j])] ? 1 : 0;
            }
        }

        return gain;
    }

    private int OptionOf(int value) => Array.FindLastIndex(_first, f => f <= value);

    private int Key(int[] c) => c.Length == 2 ? Key(c[0], c[1]) : Key(c[0], c[1], c[2]);

    // Where a combination is found, whatever the order of its values.
    private int Key(int a, int b) => (Math.Min(a, b) * _values) + Math.Max(a, b);

    private int Key(int a, int b, int c)
    {
        int low = Math.Min(a, Math.Min(b, c));
        int high = Math.Max(a, Math.Max(b, c));
        return (((low * _values) + (a + b + c - low - high)) * _values) + high;
    }

    private IEnumerable<int[]> Combinations(int strength) => Options(strength).SelectMany(options => Product(options, 0));

    private IEnumerable<int[]> Combinations(int[] row) => Options(_strength).Select(options => options.Select(o => row[o]).ToArray());

    private IEnumerable<int[]> Options(int strength)
    {
        int n = _count.Length;
        for (int a = 0; a < n; a++)
        {
            for (int b = a + 1; b < n; b++)
            {
                if (strength == 2)
                {
                    yield return [a, b];
                    continue;
                }

                for (int c = b + 1; c < n; c++)
                {
                    yield return [a, b, c];
                }
            }
        }
    }

    private IEnumerable<int[]> Product(int[] options, int at)
    {
        if (at == options.Length)
        {
            return [[]];
        }

        return Enumerable.Range(_first[options[at]], _count[options[at]]).SelectMany(v => Product(options, at + 1).Select(rest => (int[])[v, .. rest]));
    }
}
