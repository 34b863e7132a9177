using Inference.Data.Tables;
using nietras.SeparatedValues;

namespace Inference.Data.Csv;

/// <summary>The first rows of a text table, and what they tell of its columns.</summary>
internal sealed class CsvSample(string name, int width, HashSet<string> missing)
{
    private readonly CellGuess[] _guesses = new CellGuess[width];
    private readonly string[] _first = new string[width];
    private int _rows;

    public int Width => width;

    public bool HasHeader { get; private set; }

    public string HeaderNote { get; private set; } = "";

    public IReadOnlyList<TableColumn> Columns { get; private set; } = [];

    /// <summary>Takes in a row of as many cells.</summary>
    public void Add(SepReader.Row row)
    {
        for (int i = 0; i < width; i++)
        {
            ReadOnlySpan<char> cell = row[i].Span;
            if (_rows == 0)
            {
                _first[i] = cell.ToString();
            }
            else
            {
                _guesses[i].Add(cell, _rows, missing);
            }
        }

        _rows++;
    }

    /// <summary>Determines whether the first row contains names, and the kinds of the columns.</summary>
    /// <exception cref="DataException">There is no row.</exception>
    public void Complete(bool? stated)
    {
        (HasHeader, HeaderNote) = stated is { } header ? (header, header ? "a header, as stated" : "no header, as specified") : FindHeader();
        if (_rows - (HasHeader ? 1 : 0) < 1)
        {
            throw new DataException($"{name}: expected a header line and at least one row, got no row. Add rows.");
        }

        var columns = new TableColumn[width];
        for (int i = 0; i < width; i++)
        {
            if (!HasHeader)
            {
                _guesses[i].Add(_first[i], 0, missing);
            }

            (ColumnKind kind, ElementType type, string note) = _guesses[i].Conclude(HasHeader ? 0 : 1);
            string column = HasHeader ? _first[i].Trim() : $"column_{i}";
            columns[i] = new TableColumn(column.Length > 0 ? column : $"#{i + 1}", kind, type, [], column.Length > 0 ? note : "without a name");
        }

        Columns = columns;
    }

    private (bool HasHeader, string Note) FindHeader()
    {
        // pandas numbers the columns of a data frame without names.
        bool counts = width > 1 && _first.Index().All(static cell => cell.Item == cell.Index.ToString(System.Globalization.CultureInfo.InvariantCulture));
        int above = Array.FindIndex(_first, static cell => cell.AsSpan().Trim() is { IsEmpty: false } text && !CellGuess.IsNumber(text) && !CellGuess.IsAbsent(text));
        while (above >= 0 && !_guesses[above].MostlyNumbers)
        {
            above = Array.FindIndex(_first, above + 1, static cell => cell.AsSpan().Trim() is { IsEmpty: false } text && !CellGuess.IsNumber(text) && !CellGuess.IsAbsent(text));
        }

        return counts ? (true, "a header: the first row numbers the columns")
            : above >= 0 ? (true, $"a header: {DataException.Quote(_first[above])} is above numbers")
            : Array.Exists(_first, static cell => CellGuess.IsNumber(cell.AsSpan().Trim())) ? (false, "no header: the first row has numbers like the rows below it")
            : (true, "a header: the first row has no numbers");
    }
}
