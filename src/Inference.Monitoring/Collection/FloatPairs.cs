using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Inference.Monitoring.Cells;

namespace Inference.Monitoring.Collection;

/// <summary>
/// Pairs of numeric columns that are elements of rows of float32. The groups of all columns of a row are computed in lanes, by three comparisons and one for NaN, and then looked up pair by pair.
/// </summary>
internal sealed class FloatPairs
{
    private const int Lanes = 16;
    private const int Bounds = PairGroups.Values - 1;
    private readonly int _width;
    private readonly int _span;

    // Of each element from the first to the last in a pair, the lower bounds of groups 1 to 3; NaN, which no value reaches, for those without a pair and for groups without bins.
    private readonly AlignedArray<float>[] _bounds;

    // Of each pair, its elements and its first cell.
    private readonly (int First, int Second, int Offset)[] _pairs;

    /// <param name="columns">The columns of the run.</param>
    /// <param name="pairs">The pairs: places in the run, and the first cell.</param>
    public FloatPairs(ReadOnlySpan<ColumnDefinition> columns, (int First, int Second, int Offset)[] pairs)
    {
        _width = columns[0].Width;
        _pairs = pairs;
        _span = pairs.Max(static p => Math.Max(p.First, p.Second)) + 1;
        int padded = (_span + Lanes - 1) / Lanes * Lanes;
        _bounds = new AlignedArray<float>[Bounds];
        for (int g = 0; g < Bounds; g++)
        {
            _bounds[g] = new AlignedArray<float>(padded);
            _bounds[g].Span.Fill(float.NaN);
            for (int i = 0; i < _span; i++)
            {
                _bounds[g].Span[i] = BoundOf(columns[i], g + 1);
            }
        }
    }

    /// <summary>Counts rows.</summary>
    /// <param name="data">The rows, from the element of the run's first column on.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="segments">The part of each row; empty for part 0.</param>
    /// <param name="stripe">The counters.</param>
    public void Collect(ReadOnlySpan<float> data, int rows, ReadOnlySpan<byte> segments, Stripe stripe)
    {
        Span<int> groups = stackalloc int[FloatRun.MaxColumns];
        Span<float> last = stackalloc float[Lanes];
        last.Clear();
        ref float start = ref MemoryMarshal.GetReference(data);
        for (int row = 0; row < rows; row++)
        {
            int place = row * _width;
            for (int block = 0; block < _span; block += Lanes)
            {
                bool ends = place + block + Lanes > data.Length;
                if (ends)
                {
                    data[(place + block)..].CopyTo(last);
                }

                ref float values = ref ends ? ref MemoryMarshal.GetReference(last) : ref Unsafe.Add(ref start, place + block);
                Groups(ref values, block).StoreUnsafe(ref MemoryMarshal.GetReference(groups), (nuint)block);
            }

            ref int counts = ref stripe.Counts[(segments.IsEmpty ? 0 : segments[row]) * stripe.Cells];
            foreach ((int first, int second, int offset) in _pairs)
            {
                Unsafe.Add(ref counts, offset + PairGroups.CellOf(groups[first], groups[second]))++;
            }
        }
    }

    // Each comparison that holds is −1 in its lane.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector512<int> Groups(ref float values, int block)
    {
        Vector512<float> x = Vector512.LoadUnsafe(ref values);
        Vector512<int> group = Vector512<int>.Zero;
        foreach (AlignedArray<float> bounds in _bounds)
        {
            group -= Vector512.GreaterThanOrEqual(x, Vector512.LoadUnsafe(ref bounds.First, (nuint)block)).AsInt32();
        }

        return Vector512.ConditionalSelect(Vector512.Equals(x, x).AsInt32(), group, Vector512.Create(PairGroups.Special));
    }

    // Groups ascend with the bins: group g begins with the first bin of a group that is at least g.
    private static float BoundOf(ColumnDefinition column, int group)
    {
        for (int bin = 1; column.Groups.Length > 0 && bin < column.Layout.Bins; bin++)
        {
            if (column.Groups[column.Layout.First + bin] >= group)
            {
                return (float)column.Edges[bin];
            }
        }

        return float.NaN;
    }
}
