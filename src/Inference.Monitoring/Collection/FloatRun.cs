using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Inference.Monitoring.Cells;
using Inference.Monitoring.Windows;

namespace Inference.Monitoring.Collection;

/// <summary>
/// Numeric columns that are adjacent elements of rows of float32. The cell of x is the number of lower bounds of bins that are at most x; values outside the reference are rare and are moved afterwards
/// to the cells of special values.
/// </summary>
internal sealed partial class FloatRun : ColumnRun
{
    /// <summary>The largest number of columns of one run, for which there is room on the stack.</summary>
    public const int MaxColumns = 16 * Lanes;

    private const int Bounds = CellLayout.MaxNumericBins;
    private const int Lanes = 16;
    private readonly int _element;
    private readonly int _width;

    // Bounds lower bounds of each column, ascending; NaN, which no value reaches, where there are fewer.
    private readonly AlignedArray<float> _bounds;

    // Every fourth of them; made by the form that uses it.
    private AlignedArray<float>? _coarse;
    private readonly AlignedArray<float> _least;
    private readonly AlignedArray<float> _most;
    private readonly AlignedArray<float> _center;
    private readonly AlignedArray<float> _scale;

    // The cell "under" of each column, and its number of bins.
    private readonly int[] _under;
    private readonly int[] _bins;
    private FloatPairs? _pairs;

    /// <param name="columns">The columns, of adjacent elements.</param>
    /// <param name="firstColumn">The place of the first in the profile.</param>
    /// <param name="offset">Its first cell.</param>
    public FloatRun(ReadOnlySpan<ColumnDefinition> columns, int firstColumn, int offset)
        : base(firstColumn, columns.Length)
    {
        _element = columns[0].Index;
        _width = columns[0].Width;
        int padded = (columns.Length + Lanes - 1) / Lanes * Lanes;
        _bounds = new AlignedArray<float>(columns.Length * Bounds);
        _least = new AlignedArray<float>(padded);
        _most = new AlignedArray<float>(padded);
        _center = new AlignedArray<float>(padded);
        _scale = new AlignedArray<float>(padded);
        _under = new int[columns.Length];
        _bins = new int[columns.Length];
        _bounds.Span.Fill(float.NaN);
        for (int i = 0; i < columns.Length; i++)
        {
            ColumnDefinition column = columns[i];
            for (int b = 0; b < column.Layout.Bins; b++)
            {
                _bounds.Span[(i * Bounds) + b] = (float)column.Edges[b];
            }

            _least.Span[i] = (float)column.Edges[0];
            _most.Span[i] = (float)column.Edges[^1];
            _center.Span[i] = (float)column.Center;
            _scale.Span[i] = (float)column.Scale;
            _under[i] = offset + column.Layout.Under;
            _bins[i] = column.Layout.Bins;
            offset += column.Layout.Count;
        }
    }

    /// <summary>
    /// Where the counts of a stripe should begin, modulo 4,096. A processor compares the low 12 bits of a load's address with those of the stores before it: bounds that lie a multiple of 4 KiB from where counts were just written
    /// would wait for them, and a value take three times as long, in some processes and not in others. Counts are therefore 1 KiB ahead of the bounds of the same column, which by the 64th column becomes 2.5 KiB.
    /// </summary>
    public int CountsRemainder => (((_bounds.Remainder + 1024 - (4 * _under[0])) % 4096) + 4096) % 4096;

    /// <summary>Adds the pairs whose columns are both in the run, and returns their places in the profile.</summary>
    public List<int> AddPairs(WindowLayout layout)
    {
        var places = new List<int>();
        var pairs = new List<(int, int, int)>();
        for (int i = FirstColumn + Count; i < layout.Columns.Length; i++)
        {
            ColumnDefinition pair = layout.Columns[i];
            int first = pair.Index - FirstColumn, second = pair.Second - FirstColumn;
            if (pair.Derivation == ColumnDerivation.Pair && first >= 0 && first < Count && second >= 0 && second < Count)
            {
                places.Add(i);
                pairs.Add((first, second, layout.OffsetOf(i)));
            }
        }

        _pairs = pairs.Count > 0 ? new FloatPairs(layout.Columns.AsSpan(FirstColumn, Count), [.. pairs]) : null;
        return places;
    }

    public override void Collect(TensorValue tensor, int start, int rows, ReadOnlySpan<byte> segments, Stripe stripe)
    {
        ReadOnlySpan<float> data = TensorElements.Of<float>(tensor).Slice(start * _width, rows * _width)[_element..];
        if (Vector512.IsHardwareAccelerated)
        {
            Collect512(data, rows, segments, stripe);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Collect256(data, rows, segments, stripe);
        }
        else
        {
            CollectScalar(data, rows, segments, stripe);
        }

        _pairs?.Collect(data, rows, segments, stripe);
    }

    /// <summary>The formula, value by value.</summary>
    internal void CollectScalar(ReadOnlySpan<float> data, int rows, ReadOnlySpan<byte> segments, Stripe stripe)
    {
        for (int row = 0; row < rows; row++)
        {
            int part = segments.IsEmpty ? 0 : segments[row];
            ref int counts = ref stripe.Counts[part * stripe.Cells];
            Span<long> sums = stripe.Sums.Span.Slice((part * stripe.Columns) + FirstColumn, Count);
            Span<long> squares = stripe.Squares.Span.Slice((part * stripe.Columns) + FirstColumn, Count);
            ReadOnlySpan<float> values = data.Slice(row * _width, Count);
            for (int i = 0; i < values.Length; i++)
            {
                float x = values[i];
                long q = FixedPoint.Of(x, _center.Span[i], _scale.Span[i]);
                sums[i] += q;
                squares[i] += q * q;
                Unsafe.Add(ref counts, _under[i] + Reached(_bounds.Span.Slice(i * Bounds, Bounds), x))++;
            }

            for (int i = 0; i < values.Length; i++)
            {
                Move(values[i], i, ref counts);
            }
        }
    }

    // The number of bounds that are at most x: binary search without branches, then the one that 31 comparisons leave open.
    private static int Reached(ReadOnlySpan<float> bounds, float x)
    {
        ref float first = ref MemoryMarshal.GetReference(bounds);
        int reached = 0;
        for (int step = Bounds / 2; step > 0; step >>= 1)
        {
            reached += x >= Unsafe.Add(ref first, reached + step - 1) ? step : 0;
        }

        return reached + (x >= Unsafe.Add(ref first, reached) ? 1 : 0);
    }

    /// <summary>Moves a value outside the reference from where <see cref="Reached"/> counted it, "under" or the last bin, to its cell.</summary>
    private void Move(float x, int column, ref int counts)
    {
        int under = _under[column];
        int bins = _bins[column];
        if (float.IsNaN(x))
        {
            Unsafe.Add(ref counts, under)--;
            Unsafe.Add(ref counts, under + bins + 3)++;
        }
        else if (x > _most.Span[column])
        {
            Unsafe.Add(ref counts, under + bins)--;
            Unsafe.Add(ref counts, under + bins + (float.IsPositiveInfinity(x) ? 2 : 1))++;
        }
        else if (float.IsNegativeInfinity(x))
        {
            Unsafe.Add(ref counts, under)--;
            Unsafe.Add(ref counts, under - 1)++;
        }
    }
}
