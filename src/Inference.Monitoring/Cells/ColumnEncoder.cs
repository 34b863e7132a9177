using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Inference.Monitoring.Cells;

/// <summary>Converts values of one column to cells, one at a time: the reference for the vectorized forms, and their fallback. Immutable; thread-safe.</summary>
internal sealed class ColumnEncoder
{
    private const int BlockSize = 256;
    private const int Bounds = CellLayout.MaxNumericBins;
    private readonly CellLayout _layout;
    private readonly double[] _edges;

    // The bins' lower bounds, ascending; NaN, which no value reaches, where there are fewer. Made by the first value: most columns are counted without.
    private double[]? _bounds;
    private readonly bool _single;
    private readonly double _center;
    private readonly double _scale;

    public ColumnEncoder(ColumnDefinition definition)
    {
        _layout = definition.Layout;
        _edges = definition.Edges;
        _single = definition.IsSingle;
        _center = definition.Center;
        _scale = definition.Scale;
        if (_layout.Kind == ColumnKind.Categorical)
        {
            ulong[] keys = [.. definition.Keys, .. definition.OtherKeys];
            short[] cells = [.. Enumerable.Range(0, keys.Length).Select(i => (short)Math.Min(i, _layout.Other))];
            Table = new CategoryTable(keys, cells, definition.IsOpen ? _layout.Other : _layout.Unseen);
        }
    }

    /// <summary>The cells of keys; null for an ordered column.</summary>
    public CategoryTable? Table { get; }

    /// <summary>Whether sums are kept.</summary>
    public bool IsOrdered => Table is null;

    /// <summary>The cell of a number.</summary>
    public int CellOf(double x)
    {
        if (Table is { } table)
        {
            return CategoryKey.TryOf(x, out ulong key) ? table.CellOf(key) : double.IsNaN(x) ? _layout.Missing : table.Absent;
        }

        x = _single ? (float)x : x;
        if (!(x >= _edges[0]))
        {
            return double.IsNaN(x) ? _layout.NaN : double.IsNegativeInfinity(x) ? _layout.NegativeInfinity : _layout.Under;
        }

        if (x > _edges[^1])
        {
            return double.IsPositiveInfinity(x) ? _layout.PositiveInfinity : _layout.Over;
        }

        // A score's bins are 2⁻⁸ wide: a product finds them exactly.
        return _layout.First + (_layout.Kind == ColumnKind.Score ? Math.Min((int)(x * CellLayout.ScoreBins), CellLayout.ScoreBins - 1) : Reached(x) - 1);
    }

    // The number of the bins' lower bounds that are at most x.
    private int Reached(double x)
    {
        ref double first = ref MemoryMarshal.GetArrayDataReference(Volatile.Read(ref _bounds) ?? MakeBounds());
        var value = Vector512.Create(x);
        int reached = 0;
        for (nuint i = 0; i < Bounds; i += (nuint)Vector512<double>.Count)
        {
            reached += BitOperations.PopCount(Vector512.GreaterThanOrEqual(value, Vector512.LoadUnsafe(ref first, i)).ExtractMostSignificantBits());
        }

        return reached;
    }

    // Threads may make them at once: they make the same.
    private double[] MakeBounds()
    {
        var bounds = new double[Bounds];
        Array.Fill(bounds, double.NaN);
        _edges.AsSpan(0, _layout.Bins).CopyTo(bounds);
        Volatile.Write(ref _bounds, bounds);
        return bounds;
    }

    /// <summary>The cell of a string.</summary>
    public int CellOf(string value) => value.Length == 0 || Table is null ? _layout.Missing : Table.CellOf(CategoryKey.Of(value));

    /// <summary>to[i] = the cell of element first + i · step. Integers of 64 bits are looked up as they are, so that those above 2⁵³ stay apart.</summary>
    public void CellsOf(TensorValue tensor, long first, int step, Span<int> to)
    {
        int place = checked((int)first);
        if (tensor.ElementType == ElementType.String)
        {
            ReadOnlySpan<string> texts = tensor.AsSpan<string>();
            for (int i = 0; i < to.Length; i++, place += step)
            {
                to[i] = CellOf(texts[place] ?? "");
            }

            return;
        }

        if (Table is { } table && tensor.ElementType == ElementType.Int64)
        {
            ReadOnlySpan<long> integers = tensor.AsSpan<long>();
            for (int i = 0; i < to.Length; i++, place += step)
            {
                to[i] = table.CellOf(CategoryKey.Of(integers[place]));
            }

            return;
        }

        Span<double> numbers = stackalloc double[Math.Min(to.Length, BlockSize)];
        for (int done = 0; done < to.Length; done += BlockSize)
        {
            Span<double> block = numbers[..Math.Min(to.Length - done, BlockSize)];
            ElementReader.Read(tensor, first + ((long)done * step), step, block);
            for (int i = 0; i < block.Length; i++)
            {
                to[done + i] = CellOf(block[i]);
            }
        }
    }

    /// <summary>The fixed-point number of a value.</summary>
    public int FixedOf(double x) => _single ? FixedPoint.Of((float)x, (float)_center, (float)_scale) : FixedPoint.Of(x, _center, _scale);
}
