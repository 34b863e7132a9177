using System.Globalization;

namespace Inference.Data.Csv;

/// <summary>What the cells of one column have in common.</summary>
internal struct CellGuess
{
    private static readonly string[] s_missing = ["NA", "N/A", "NaN", "nan", "NULL", "null", "None"];
    private static readonly string[] s_dates =
    [
        "yyyy-MM-dd", "yyyy/MM/dd", "yyyy-MM-dd HH:mm", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd HH:mm:ss.FFFFFFF", "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mm:ss.FFFFFFFK",
        "dd.MM.yyyy", "dd/MM/yyyy", "MM/dd/yyyy", "HH:mm:ss", "HH:mm",
    ];

    private int _integers;
    private int _reals;
    private int _booleans;
    private int _dates;
    private int _texts;
    private int _absent;
    private int _empty;
    private string? _firstOther;
    private int _firstOtherRow;

    public readonly bool MostlyNumbers => _integers + _reals is var numbers && numbers > 0 && numbers >= _texts + _dates + _booleans;

    /// <summary>Takes a cell in.</summary>
    public void Add(ReadOnlySpan<char> cell, int row, HashSet<string> missing)
    {
        cell = cell.Trim();
        if (cell.IsEmpty || (missing.Count > 0 && missing.GetAlternateLookup<ReadOnlySpan<char>>().Contains(cell)))
        {
            _empty++;
        }
        else if (long.TryParse(cell, NumberStyles.Integer, CultureInfo.InvariantCulture, out _))
        {
            _integers++;
        }
        else if (IsAbsent(cell))
        {
            _absent++;
        }
        else if (IsNumber(cell))
        {
            _reals++;
        }
        else
        {
            if (bool.TryParse(cell, out _))
            {
                _booleans++;
            }
            else if (char.IsAsciiDigit(cell[0]) && DateTime.TryParseExact(cell, s_dates, CultureInfo.InvariantCulture, DateTimeStyles.None, out _))
            {
                _dates++;
            }
            else
            {
                _texts++;
            }

            if (_firstOther is null)
            {
                (_firstOther, _firstOtherRow) = (cell.ToString(), row);
            }
        }
    }

    /// <summary>A number, or a word that denotes a missing number or infinity.</summary>
    public static bool IsNumber(ReadOnlySpan<char> cell) => double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out _) || CellNumbers.IsInfinity(cell, out _);

    /// <summary>A word that denotes a missing number.</summary>
    public static bool IsAbsent(ReadOnlySpan<char> cell)
    {
        foreach (string word in s_missing)
        {
            if (cell.SequenceEqual(word))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The kind of the column's values, and a note on values that do not match it.</summary>
    /// <param name="firstRow">The index of the row that was added as row 0.</param>
    public readonly (ColumnKind Kind, ElementType Type, string Note) Conclude(int firstRow)
    {
        int numbers = _integers + _reals;
        int others = _texts + _dates + _booleans;
        int gaps = _empty + _absent;
        string note = gaps > 0 ? string.Create(CultureInfo.InvariantCulture, $"{gaps} of the first {numbers + others + gaps} cells empty") : "";
        if (numbers > 0)
        {
            string mixed = others > 0 ? $"numbers and other values, first {DataException.Quote(_firstOther)} in row {_firstOtherRow + firstRow}" : note;
            return numbers < others ? (ColumnKind.Text, ElementType.String, mixed)
                : _integers == numbers && gaps == 0 ? (ColumnKind.Integer, ElementType.Int64, mixed)
                : (ColumnKind.Real, ElementType.Float32, mixed);
        }

        return others + _absent == 0 ? (ColumnKind.Empty, ElementType.Float32, "every cell examined is empty")
            : _booleans > 0 && _texts + _dates + _absent == 0 ? (ColumnKind.Boolean, gaps > 0 ? ElementType.Float32 : ElementType.Bool, note)
            : _dates > 0 && _texts + _booleans + _absent == 0 ? (ColumnKind.Date, ElementType.String, note)
            : (ColumnKind.Text, ElementType.String, note);
    }
}
