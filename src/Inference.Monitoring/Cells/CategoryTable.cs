using System.Numerics;

namespace Inference.Monitoring.Cells;

/// <summary>Maps keys to cells by open addressing. Immutable after construction; thread-safe.</summary>
internal sealed class CategoryTable
{
    private readonly ulong[] _keys;
    private readonly short[] _cells;
    private readonly int _shift;
    private readonly int _mask;

    /// <param name="keys">Distinct keys.</param>
    /// <param name="cells">Their cells, 0 or more.</param>
    /// <param name="absent">The cell of all other keys.</param>
    public CategoryTable(ReadOnlySpan<ulong> keys, ReadOnlySpan<short> cells, int absent)
    {
        Absent = absent;

        // At most half full, so that a search ends soon.
        int size = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(2 * keys.Length, 4));
        _mask = size - 1;
        _shift = 64 - BitOperations.Log2((uint)size);
        _keys = new ulong[size];
        _cells = new short[size];
        Array.Fill(_cells, (short)-1);
        for (int i = 0; i < keys.Length; i++)
        {
            int place = PlaceOf(keys[i]);
            while (_cells[place] >= 0)
            {
                place = (place + 1) & _mask;
            }

            _keys[place] = keys[i];
            _cells[place] = cells[i];
        }
    }

    /// <summary>The cell of keys that are not in the table.</summary>
    public int Absent { get; }

    /// <summary>The cell of a key.</summary>
    public int CellOf(ulong key)
    {
        int place = PlaceOf(key);
        while (_cells[place] is >= 0 and var cell)
        {
            if (_keys[place] == key)
            {
                return cell;
            }

            place = (place + 1) & _mask;
        }

        return Absent;
    }

    // Fibonacci hashing: the high bits of a product with 2⁶⁴ ÷ φ are spread evenly even for consecutive integers.
    private int PlaceOf(ulong key) => (int)((key * 0x9E3779B97F4A7C15) >> _shift);
}
