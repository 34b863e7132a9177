namespace Inference.Monitoring;

/// <summary>
/// The cells that the values of a column are counted in. Ordered columns (numeric, score): <c>[−∞, under, bin 1 … B, over, +∞, NaN, missing]</c>, of which all but the last two are in ascending order of value.
/// Categorical: <c>[value 1 … K, other, unseen, missing]</c>. Immutable; thread-safe.
/// </summary>
/// <remarks>Under and over: below the smallest and above the largest value of the reference. Other: in the reference, but not among its K most frequent values. Unseen: not in the reference; its share in the reference itself is that of values that occur in one row alone, an estimate of the share in rows to come. Missing: an empty string, or
/// a value that was not passed.</remarks>
public sealed class CellLayout
{
    /// <summary>The largest number of bins of a numeric column.</summary>
    public const int MaxNumericBins = 2 * 16;

    /// <summary>The number of bins of a score.</summary>
    public const int ScoreBins = 256;

    /// <summary>The largest number of values of a categorical column that have a cell of their own.</summary>
    public const int MaxCategories = 4 * 16;

    // Columns with the same cells share a layout.
    private static readonly CellLayout[] s_numeric = [.. Enumerable.Range(1, MaxNumericBins).Select(static bins => new CellLayout(ColumnKind.Numeric, bins))];
    private static readonly CellLayout[] s_categorical = [.. Enumerable.Range(0, MaxCategories + 1).Select(static values => new CellLayout(ColumnKind.Categorical, values))];
    private static readonly CellLayout s_score = new(ColumnKind.Score, ScoreBins);

    private CellLayout(ColumnKind kind, int values)
    {
        Kind = kind;
        bool ordered = kind != ColumnKind.Categorical;
        Bins = ordered ? values : 0;
        Categories = ordered ? 0 : values;
        Ordered = ordered ? values + 4 : 0;
        Count = ordered ? values + 6 : values + 3;
    }

    /// <summary>The kind of column.</summary>
    public ColumnKind Kind { get; }

    /// <summary>B, the number of bins; 0 for a categorical column.</summary>
    public int Bins { get; }

    /// <summary>K, the number of values with a cell of their own; 0 for an ordered column.</summary>
    public int Categories { get; }

    /// <summary>The number of cells.</summary>
    public int Count { get; }

    /// <summary>The number of cells, from the first, that are in ascending order of value: B + 4, or 0 for a categorical column.</summary>
    public int Ordered { get; }

    /// <summary>The cell of −∞; −1 for a categorical column.</summary>
    public int NegativeInfinity => Ordered > 0 ? 0 : -1;

    /// <summary>The cell of values below the reference; −1 for a categorical column.</summary>
    public int Under => Ordered > 0 ? 1 : -1;

    /// <summary>The cell of the first bin, or of the most frequent value.</summary>
    public int First => Ordered > 0 ? 2 : 0;

    /// <summary>The cell of values above the reference; −1 for a categorical column.</summary>
    public int Over => Ordered > 0 ? Bins + 2 : -1;

    /// <summary>The cell of +∞; −1 for a categorical column.</summary>
    public int PositiveInfinity => Ordered > 0 ? Bins + 3 : -1;

    /// <summary>The cell of NaN; −1 for a categorical column.</summary>
    public int NaN => Ordered > 0 ? Bins + 4 : -1;

    /// <summary>The cell of values of the reference that have none of their own; −1 for an ordered column.</summary>
    public int Other => Ordered > 0 ? -1 : Categories;

    /// <summary>The cell of values that are not in the reference; −1 for an ordered column.</summary>
    public int Unseen => Ordered > 0 ? -1 : Categories + 1;

    /// <summary>The cell of missing values: the last.</summary>
    public int Missing => Count - 1;

    /// <summary>Returns the layout of a numeric column or a score.</summary>
    /// <param name="kind">Numeric or score.</param>
    /// <param name="bins">The number of bins: 1 to 32, or 256 for a score.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number of bins is out of range.</exception>
    public static CellLayout OfBins(ColumnKind kind, int bins)
    {
        bool valid = kind switch
        {
            ColumnKind.Numeric => bins is >= 1 and <= MaxNumericBins,
            ColumnKind.Score => bins == ScoreBins,
            _ => false,
        };
        return valid
            ? kind == ColumnKind.Score ? s_score : s_numeric[bins - 1]
            : throw new ArgumentOutOfRangeException(nameof(bins), bins, $"A {kind} column: expected 1 to {MaxNumericBins} bins of a numeric column, or {ScoreBins} of a score.");
    }

    /// <summary>Returns the layout of a categorical column.</summary>
    /// <param name="values">The number of values with a cell of their own, 0 to 64.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number of values is out of range.</exception>
    public static CellLayout OfCategories(int values) => values is >= 0 and <= MaxCategories
        ? s_categorical[values]
        : throw new ArgumentOutOfRangeException(nameof(values), values, $"Expected 0 to {MaxCategories} values.");
}
