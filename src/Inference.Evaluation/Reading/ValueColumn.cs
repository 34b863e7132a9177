using System.Globalization;

namespace Inference.Evaluation.Reading;

/// <summary>An output, or the labels, of some rows: numbers or texts, rows first.</summary>
internal sealed class ValueColumn
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    public required ColumnKind Kind { get; init; }

    public required int Rows { get; init; }

    /// <summary>The shape of one row; for a map, that of its keys.</summary>
    public required IReadOnlyList<int> RowShape { get; init; }

    /// <summary>Row-major; empty for texts.</summary>
    public double[] Numbers { get; init; } = [];

    /// <summary>Row-major; empty for numbers.</summary>
    public string[] Texts { get; init; } = [];

    /// <summary>The keys of a map, in canonical text form.</summary>
    public IReadOnlyList<string> Keys { get; init; } = [];

    /// <summary>Its declaration, for messages.</summary>
    public required string Description { get; init; }

    public int RowElements => RowShape.Aggregate(1, static (product, size) => product * size);

    public int Elements => Rows * RowElements;

    /// <summary>The row's shape without axes of one element.</summary>
    public int[] Squeezed => [.. RowShape.Where(static size => size != 1)];

    public bool IsNumber => Kind != ColumnKind.Text && Kind != ColumnKind.Map;

    /// <summary>An element in the text form of a class: whole numbers without a point, bools as 0 and 1.</summary>
    public string ValueAt(int index) => Kind == ColumnKind.Text ? Texts[index] : Write(Numbers[index]);

    /// <summary>Whether all elements are whole numbers.</summary>
    public bool IsWhole() => IsNumber && Array.TrueForAll(Numbers, static n => n == Math.Truncate(n) && double.IsFinite(n));

    /// <summary>The distinct values in ascending order: numbers by value, texts by ordinal. The ignored label is excluded.</summary>
    public IReadOnlyList<string> Distinct(double? ignored = null) => Kind == ColumnKind.Text
        ? [.. Texts.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]
        : [.. Numbers.Where(n => n != ignored).Distinct().Order().Select(Write)];

    public static string Write(double number) => number == Math.Truncate(number) && Math.Abs(number) < 1e15
        ? ((long)number).ToString(CultureInfo.InvariantCulture)
        : number.ToString("R", CultureInfo.InvariantCulture);
}
