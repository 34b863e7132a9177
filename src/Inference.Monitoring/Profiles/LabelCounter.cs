using System.Globalization;
using Inference.Monitoring.Cells;
using Inference.Monitoring.Windows;

namespace Inference.Monitoring.Profiles;

/// <summary>Counts labels by the cells of the outputs: what performance is estimated from when labels are not known. Not thread-safe.</summary>
internal sealed class LabelCounter
{
    // More distinct labels are numbers rather than classes.
    private const int MaxClasses = 256;
    private readonly WindowLayout _layout;
    private readonly ColumnEncoder?[] _encoders;
    private readonly long[][] _labelled;
    private readonly long[][] _positives;
    private readonly double[][] _absolute;
    private readonly double[][] _squared;
    private readonly Dictionary<string, int>? _classes;
    private readonly MapTables? _maps;
    private (string Tensor, int Width, int[] Elements)? _elements;

    private LabelCounter(WindowLayout layout, string[]? classes)
    {
        _layout = layout;
        _maps = MapTables.Of(layout.Columns);
        Classes = classes ?? [];
        ClassCounts = new long[Classes.Length];
        _classes = classes?.Select(static (c, i) => (c, i)).ToDictionary(static c => c.c, static c => c.i, StringComparer.Ordinal);
        int columns = layout.Columns.Length;
        _encoders = new ColumnEncoder?[columns];
        _labelled = new long[columns][];
        _positives = new long[columns][];
        _absolute = new double[columns][];
        _squared = new double[columns][];
        for (int i = 0; i < columns; i++)
        {
            ColumnDefinition column = layout.Columns[i];
            bool output = column.Side == ColumnSide.Output && column.Derivation is ColumnDerivation.Element or ColumnDerivation.Top or ColumnDerivation.TopIndex;
            bool judged = output && (classes is null ? column.Layout.Ordered > 0 : column.Layout.Kind != ColumnKind.Numeric);
            _encoders[i] = judged ? new ColumnEncoder(column) : null;
            _labelled[i] = new long[judged ? column.Layout.Count : 0];
            _positives[i] = new long[judged && classes is not null ? column.Layout.Count : 0];
            _absolute[i] = new double[judged && classes is null ? column.Layout.Count : 0];
            _squared[i] = new double[_absolute[i].Length];
        }
    }

    /// <summary>The classes, in ascending order; empty if labels are numbers.</summary>
    public string[] Classes { get; }

    /// <summary>Rows of each class.</summary>
    public long[] ClassCounts { get; }

    /// <summary>A counter for the labels of rows; null if they have none.</summary>
    public static LabelCounter? Create(IReadOnlyList<ReferenceRows> rows, WindowLayout layout)
    {
        var texts = new HashSet<string>(StringComparer.Ordinal);
        bool any = false, numbers = true, integers = true;
        foreach (ReferenceRows batch in rows)
        {
            if (batch.Labels is not { } labels)
            {
                continue;
            }

            any = true;
            numbers &= labels.ElementType != ElementType.String;
            for (int i = 0; i < batch.Rows && texts.Count <= MaxClasses; i++)
            {
                string text = TextOf(labels, i);
                integers &= labels.ElementType == ElementType.String || Int128.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _);
                texts.Add(text);
            }
        }

        if (!any)
        {
            return null;
        }

        bool classes = texts.Count <= MaxClasses && integers;
        return new LabelCounter(layout, !classes ? null : numbers
            ? [.. texts.OrderBy(static t => Int128.Parse(t, CultureInfo.InvariantCulture))]
            : [.. texts.Order(StringComparer.Ordinal)]);
    }

    /// <summary>A counter for the labels of rows that are compared with a profile; null if the profile has none.</summary>
    public static LabelCounter? For(ReferenceProfile profile)
    {
        bool numbers = profile.Columns.Any(static c => c.AbsoluteErrors.Length > 0);
        return profile.LabelClasses.Count == 0 && !numbers ? null : new LabelCounter(profile.WindowLayout, numbers ? null : [.. profile.LabelClasses]);
    }

    /// <summary>Counts rows.</summary>
    public void Add(ReferenceRows rows)
    {
        if (rows.Labels is not { } labels)
        {
            return;
        }

        var known = new int[rows.Rows];
        var numbers = new double[rows.Rows];
        for (int i = 0; i < known.Length; i++)
        {
            known[i] = _classes is null ? 0 : _classes.GetValueOrDefault(TextOf(labels, i), -1);
            if (_classes is not null && known[i] >= 0)
            {
                ClassCounts[known[i]]++;
            }
        }

        if (_classes is null && labels.ElementType != ElementType.String)
        {
            ElementReader.Read(labels, 0, 1, numbers);
        }

        var values = new double[rows.Rows];
        var cells = new int[rows.Rows];
        for (int i = 0; i < _encoders.Length; i++)
        {
            ColumnDefinition column = _layout.Columns[i];
            if (_encoders[i] is { } encoder && rows.Find(column.Side, column.Tensor) is { } tensor)
            {
                if (column.Derivation == ColumnDerivation.Element)
                {
                    ElementReader.Read(tensor, column.Index, column.Width, values);
                    encoder.CellsOf(tensor, column.Index, column.Width, cells);
                    Count(i, column, cells, row => IsRight(column, tensor, row, known[row]), values, known, numbers);
                    continue;
                }

                // Of a row's confidence or class, whether the class is right.
                int[] predicted = Read(tensor, column, values), elements = ElementsOf(column);
                for (int row = 0; row < cells.Length; row++)
                {
                    cells[row] = encoder.CellOf(values[row]);
                }

                Count(i, column, cells, row => elements[known[row]] == predicted[row], values, known, numbers);
            }
        }
    }

    /// <summary>The facts of a column with what was counted for it.</summary>
    public ColumnFacts Complete(int column, ColumnFacts facts) =>
        facts with { Positives = [.. _positives[column]], AbsoluteErrors = [.. _absolute[column]], SquaredErrors = [.. _squared[column]] };

    /// <summary>Rows with a known label in each cell of a column.</summary>
    public ReadOnlySpan<long> Labelled(int column) => _labelled[column];

    /// <summary>The facts of a column with what was counted for it, as if all rows had labels: where some have none, or one that is no class or number, the others of their cell stand for them; in a cell without any, the labelled rows of all cells.</summary>
    public ColumnFacts Complete(int column, ColumnFacts facts, ReadOnlySpan<long> counts)
    {
        facts = Complete(column, facts);
        double known = 0, positives = 0, absolute = 0, squared = 0;
        for (int i = 0; i < _labelled[column].Length; i++)
        {
            known += _labelled[column][i];
            positives += facts.Positives.Length > 0 ? facts.Positives[i] : 0;
            absolute += facts.AbsoluteErrors.Length > 0 ? facts.AbsoluteErrors[i] : 0;
            squared += facts.SquaredErrors.Length > 0 ? facts.SquaredErrors[i] : 0;
        }

        for (int i = 0; known > 0 && i < _labelled[column].Length; i++)
        {
            long own = _labelled[column][i];
            if (own == counts[i])
            {
                continue;
            }

            double scale = (double)counts[i] / (own > 0 ? own : known);
            if (facts.Positives.Length > 0)
            {
                facts.Positives[i] = Math.Min((long)Math.Round(scale * (own > 0 ? facts.Positives[i] : positives)), counts[i]);
            }
            else
            {
                facts.AbsoluteErrors[i] = scale * (own > 0 ? facts.AbsoluteErrors[i] : absolute);
                facts.SquaredErrors[i] = scale * (own > 0 ? facts.SquaredErrors[i] : squared);
            }
        }

        return facts;
    }

    private void Count(int place, ColumnDefinition column, int[] cells, Func<int, bool> isRight, double[] values, int[] known, double[] numbers)
    {
        for (int row = 0; row < cells.Length; row++)
        {
            int cell = cells[row];
            if (_classes is null)
            {
                double error = values[row] - numbers[row];
                bool finite = double.IsFinite(error);
                _labelled[place][cell] += finite ? 1 : 0;
                _absolute[place][cell] += finite ? Math.Abs(error) : 0;
                _squared[place][cell] += finite ? error * error : 0;
            }
            else if (known[row] >= 0)
            {
                _labelled[place][cell]++;
                _positives[place][cell] += isRight(row) ? 1 : 0;
            }
        }
    }

    // The only score of a row is that of the second of two classes; of several, element j is that of class j. Another output is the predicted class.
    private bool IsRight(ColumnDefinition column, TensorValue tensor, int row, int known) => column.Layout.Kind == ColumnKind.Score
        ? ElementsOf(column)[known] == (column.Width == 1 ? 1 : column.Index)
        : Classes[known] == TextOf(tensor, ((long)row * column.Width) + column.Index);

    /// <summary>The element of an output that each class belongs to: of a map, that of its key; otherwise that of its number if all classes are numbers of elements, otherwise in their order.</summary>
    private int[] ElementsOf(ColumnDefinition column)
    {
        int width = Math.Max(column.Width, 2);
        if (_elements is { } known && known.Width == width && known.Tensor == column.Tensor)
        {
            return known.Elements;
        }

        if (_maps?.KeysOf(column.Tensor) is { Length: > 0 } keys)
        {
            int[] places = Array.ConvertAll(Classes, c => Array.IndexOf(keys, c));
            _elements = (column.Tensor, width, places);
            return places;
        }

        bool numbers = Array.TrueForAll(Classes, c => int.TryParse(c, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number < width);
        int[] elements = [.. Classes.Select((c, i) => numbers ? int.Parse(c, CultureInfo.InvariantCulture) : i)];
        _elements = (column.Tensor, width, elements);
        return elements;
    }

    /// <summary>Reads the confidence or class of each row, and returns the class: element j stands for the j-th label.</summary>
    private static int[] Read(TensorValue tensor, ColumnDefinition column, double[] values)
    {
        var reader = new DerivedReader([column with { Derivation = ColumnDerivation.Top }, column with { Derivation = ColumnDerivation.TopIndex }]);
        var predicted = new int[values.Length];
        var both = new double[2];
        for (int row = 0; row < predicted.Length; row++)
        {
            reader.Read(tensor, row, both);
            values[row] = both[column.Derivation == ColumnDerivation.Top ? 0 : 1];
            predicted[row] = (int)both[1];
        }

        return predicted;
    }

    // 64-bit integers as they are: doubles hold those up to 2⁵³.
    private static string TextOf(TensorValue tensor, long element)
    {
        int place = checked((int)element);
        switch (tensor.ElementType)
        {
            case ElementType.String: return tensor.AsSpan<string>()[place] ?? "";
            case ElementType.Int64: return tensor.AsSpan<long>()[place].ToString(CultureInfo.InvariantCulture);
            case ElementType.UInt64: return tensor.AsSpan<ulong>()[place].ToString(CultureInfo.InvariantCulture);
            default:
                double value = 0;
                ElementReader.Read(tensor, element, 1, new Span<double>(ref value));
                return value.ToString("R", CultureInfo.InvariantCulture);
        }
    }
}
