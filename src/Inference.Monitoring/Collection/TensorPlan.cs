using Inference.Monitoring.Cells;
using Inference.Monitoring.Windows;

namespace Inference.Monitoring.Collection;

/// <summary>How the columns of one tensor are counted. Immutable; thread-safe.</summary>
internal sealed class TensorPlan
{
    private readonly ColumnRun[] _runs;

    // The same columns for a tensor of another numeric type, made when the first one comes.
    private readonly Func<ColumnRun[]> _makeGeneral;
    private ColumnRun[]? _general;
    private readonly ElementType _type;
    private readonly int _width;
    private readonly int _channels = 1;
    private readonly bool _isTokens;

    // Of each run, the cells "missing" of its columns, and of its pairs.
    private readonly int[][] _missing;
    private readonly int[][] _missingPairs;
    private readonly List<int> _pairs = [];

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
        foreach (ColumnDefinition column in columns)
        {
            _width = Math.Max(_width, column.Width);
            _channels = Math.Max(_channels, column.Derivation is ColumnDerivation.Mean ? column.Second : 1);
        }

        _isTokens = columns[0].Derivation == ColumnDerivation.Length;
        var missing = new List<int[]>();
        var missingPairs = new List<int[]>();
        var runs = new List<ColumnRun>();
        for (int i = 0; i < count;)
        {
            int end = i + 1;
            while (end < count && end - i < (columns[i].Derivation == ColumnDerivation.Element ? FloatRun.MaxColumns : DerivedRun.MaxColumns) && Continues(columns[end - 1], columns[end]))
            {
                end++;
            }

            ColumnRun run = RunOf(columns[i..end], encoders.AsSpan(first + i, end - i), first + i, layout.OffsetOf(first + i));
            runs.Add(run);
            List<int> pairs = (run as FloatRun)?.AddPairs(layout) ?? [];
            missing.Add([.. Enumerable.Range(first + i, end - i).Select(MissingOf)]);
            missingPairs.Add([.. pairs.Select(MissingOf)]);
            _pairs.AddRange(pairs);
            i = end;
        }

        _runs = [.. runs];
        _makeGeneral = () => [.. _runs.Select(run => run is DerivedRun
            ? run
            : new RunGroup(layout.Columns[run.FirstColumn..(run.FirstColumn + run.Count)], encoders[run.FirstColumn..(run.FirstColumn + run.Count)], run.FirstColumn, layout.OffsetOf(run.FirstColumn)))];
        (_missing, _missingPairs) = ([.. missing], [.. missingPairs]);

        int MissingOf(int column) => layout.OffsetOf(column) + layout.Columns[column].Layout.Missing;
    }

    /// <summary>The name of the tensor.</summary>
    public string Name { get; }

    /// <summary>Input or output.</summary>
    public ColumnSide Side { get; }

    /// <summary>The run of the most columns of float32; null if there is none.</summary>
    public FloatRun? LargestRun => _runs.OfType<FloatRun>().MaxBy(static r => r.Count);

    /// <summary>Counts rows of a call. Rows that cannot be read are counted as missing, also those of an exception: each column then has as many rows as all others.</summary>
    /// <param name="tensor">The tensor; null if the call has none of that name.</param>
    /// <param name="callRows">The number of rows of the call.</param>
    /// <param name="start">The first row to count.</param>
    /// <param name="rows">The number of rows to count.</param>
    /// <param name="segments">The part of each of these rows; empty for part 0.</param>
    /// <param name="stripe">The counters.</param>
    /// <returns>Whether the tensor was as the profile says.</returns>
    public bool Collect(TensorValue? tensor, int callRows, int start, int rows, ReadOnlySpan<byte> segments, Stripe stripe)
    {
        if (tensor is null || RowsOf(tensor) != callRows || (_width > 0 && tensor.ElementCount != (long)callRows * _width) || (_channels > 1 && tensor.ElementCount % ((long)Math.Max(callRows, 1) * _channels) != 0))
        {
            CountMissing(0, rows, segments, stripe);
            return false;
        }

        bool same = tensor.ElementType == _type;
        if (!same && (!ElementReader.IsNumeric(_type) || !ElementReader.IsNumeric(tensor.ElementType) || (_isTokens && tensor.ElementType is not (ElementType.Int64 or ElementType.Int32))))
        {
            CountMissing(0, rows, segments, stripe);
            return false;
        }

        ColumnRun[] runs = same ? _runs : General();
        int counted = 0;
        try
        {
            for (; counted < runs.Length; counted++)
            {
                // A run reads its elements before it counts any.
                runs[counted].Collect(tensor, start, rows, segments, stripe);
            }
        }
        catch
        {
            CountMissing(counted, rows, segments, stripe);
            throw;
        }
        finally
        {
            for (int i = 0; !same && i < counted; i++)
            {
                CountMissing(_missingPairs[i], rows, segments, stripe);
            }
        }

        return same;
    }

    /// <summary>Whether the tensor's runs count a pair.</summary>
    public bool Counts(int pair) => _pairs.Contains(pair);

    /// <summary>The number of rows of a tensor: the size of axis 0, or 1 for a scalar; -1 if there are too many.</summary>
    public static int RowsOf(TensorValue tensor) => tensor.Rank == 0 ? 1 : tensor.Shape[0] <= int.MaxValue ? (int)tensor.Shape[0] : -1;

    // Threads may make it at once: they make the same.
    private ColumnRun[] General()
    {
        if (Volatile.Read(ref _general) is not { } general)
        {
            general = _makeGeneral();
            Volatile.Write(ref _general, general);
        }

        return general;
    }

    private static bool Continues(ColumnDefinition last, ColumnDefinition next) =>
        (next.Derivation, last.Derivation) switch
        {
            (ColumnDerivation.Element, ColumnDerivation.Element) => next.Layout.Kind == last.Layout.Kind && next.Index == last.Index + 1,
            (ColumnDerivation.Element, _) or (_, ColumnDerivation.Element) => false,
            _ => true,
        };

    private static ColumnRun RunOf(ReadOnlySpan<ColumnDefinition> columns, ReadOnlySpan<ColumnEncoder> encoders, int first, int offset) => (columns[0].Layout.Kind, columns[0].ElementType) switch
    {
        _ when columns[0].Derivation != ColumnDerivation.Element => new DerivedRun(columns, encoders, first, offset),
        (ColumnKind.Numeric, ElementType.Float32) => new FloatRun(columns, first, offset),
        (ColumnKind.Score, ElementType.Float32) => new ScoreRun(columns.ToArray(), first, offset),
        (ColumnKind.Categorical, ElementType.Int64 or ElementType.Int32 or ElementType.Bool) => new CategoryRun(columns, encoders, first, offset),
        (ColumnKind.Categorical, ElementType.String) => new StringRun(columns.ToArray(), encoders.ToArray(), first, offset),
        _ => new RunGroup(columns.ToArray(), encoders.ToArray(), first, offset),
    };

    private void CountMissing(int firstRun, int rows, ReadOnlySpan<byte> segments, Stripe stripe)
    {
        for (int i = firstRun; i < _runs.Length; i++)
        {
            CountMissing(_missing[i], rows, segments, stripe);
            CountMissing(_missingPairs[i], rows, segments, stripe);
        }
    }

    private static void CountMissing(int[] cells, int rows, ReadOnlySpan<byte> segments, Stripe stripe)
    {
        foreach (int missing in cells)
        {
            for (int row = 0; row < rows; row++)
            {
                stripe.Counts[((segments.IsEmpty ? 0 : segments[row]) * stripe.Cells) + missing]++;
            }
        }
    }
}
