using Inference.Monitoring.Cells;
using Inference.Monitoring.Windows;

namespace Inference.Monitoring.Collection;

/// <summary>How the columns of one tensor are counted. Immutable; thread-safe.</summary>
internal sealed class TensorPlan
{
    private readonly ColumnRun[] _runs;

    // The same columns for a tensor of another numeric type.
    private readonly ColumnRun[] _general;
    private readonly ElementType _type;
    private readonly int _width;
    private readonly int[] _missing;

    /// <param name="layout">The columns of the profile.</param>
    /// <param name="encoders">Their encoders.</param>
    /// <param name="first">The place of the tensor's first column.</param>
    /// <param name="count">The number of its columns.</param>
    public TensorPlan(WindowLayout layout, ColumnEncoder[] encoders, int first, int count)
    {
        ReadOnlySpan<ColumnDefinition> columns = layout.Columns.AsSpan(first, count);
        Name = columns[0].Tensor;
        Side = columns[0].Side;
        _type = columns[0].ElementType;
        _width = columns[0].Width;
        _missing = new int[count];
        var runs = new List<ColumnRun>();
        for (int i = 0; i < count; i++)
        {
            _missing[i] = layout.OffsetOf(first + i) + columns[i].Layout.Missing;
        }

        for (int i = 0; i < count;)
        {
            int end = i + 1;
            while (end < count && Continues(columns[end - 1], columns[end]))
            {
                end++;
            }

            runs.Add(RunOf(columns[i..end], encoders.AsSpan(first + i, end - i), first + i, layout.OffsetOf(first + i)));
            i = end;
        }

        _runs = [.. runs];
        _general = new ColumnRun[ElementReader.IsNumeric(_type) ? count : 0];
        for (int i = 0; i < _general.Length; i++)
        {
            _general[i] = new GeneralRun(columns[i], encoders[first + i], first + i, layout.OffsetOf(first + i));
        }
    }

    /// <summary>The name of the tensor.</summary>
    public string Name { get; }

    /// <summary>Input or output.</summary>
    public ColumnSide Side { get; }

    /// <summary>Counts rows of a call. Rows that cannot be read are counted as missing.</summary>
    /// <param name="value">The value of the tensor's name; null if the call has none.</param>
    /// <param name="callRows">The number of rows of the call.</param>
    /// <param name="start">The first row to count.</param>
    /// <param name="rows">The number of rows to count.</param>
    /// <param name="segments">The part of each of these rows; empty for part 0.</param>
    /// <param name="stripe">The counters.</param>
    /// <returns>Whether the tensor was as the profile says.</returns>
    public bool Collect(ModelValue? value, int callRows, int start, int rows, ReadOnlySpan<byte> segments, Stripe stripe)
    {
        if (value is not TensorValue tensor || RowsOf(tensor) != callRows || (_width > 0 && tensor.ElementCount != (long)callRows * _width))
        {
            CountMissing(rows, segments, stripe);
            return false;
        }

        bool same = tensor.ElementType == _type;
        if (!same && (_general.Length == 0 || !ElementReader.IsNumeric(tensor.ElementType)))
        {
            CountMissing(rows, segments, stripe);
            return false;
        }

        foreach (ColumnRun run in same ? _runs : _general)
        {
            run.Collect(tensor, start, rows, segments, stripe);
        }

        return same;
    }

    /// <summary>The number of rows of a tensor: the size of axis 0, or 1 for a scalar; -1 if there are too many.</summary>
    public static int RowsOf(TensorValue tensor) => tensor.Rank == 0 ? 1 : tensor.Shape[0] <= int.MaxValue ? (int)tensor.Shape[0] : -1;

    private static bool Continues(ColumnDefinition last, ColumnDefinition next) =>
        next.Derivation == ColumnDerivation.Element && last.Derivation == ColumnDerivation.Element && next.Layout.Kind == last.Layout.Kind && next.Index == last.Index + 1;

    private static ColumnRun RunOf(ReadOnlySpan<ColumnDefinition> columns, ReadOnlySpan<ColumnEncoder> encoders, int first, int offset) => (columns[0].Layout.Kind, columns[0].ElementType) switch
    {
        (ColumnKind.Numeric, ElementType.Float32) => new FloatRun(columns, first, offset),
        (ColumnKind.Score, ElementType.Float32) => new ScoreRun(columns.ToArray(), first, offset),
        (ColumnKind.Categorical, ElementType.Int64 or ElementType.Int32 or ElementType.Bool) => new CategoryRun(columns, encoders, first, offset),
        (ColumnKind.Categorical, ElementType.String) => new StringRun(columns.ToArray(), encoders.ToArray(), first, offset),
        _ => new RunGroup(columns.ToArray(), encoders.ToArray(), first, offset),
    };

    private void CountMissing(int rows, ReadOnlySpan<byte> segments, Stripe stripe)
    {
        foreach (int missing in _missing)
        {
            for (int row = 0; row < rows; row++)
            {
                stripe.Counts[((segments.IsEmpty ? 0 : segments[row]) * stripe.Cells) + missing]++;
            }
        }
    }
}
