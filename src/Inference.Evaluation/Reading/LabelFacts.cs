namespace Inference.Evaluation.Reading;

/// <summary>Properties of the labels of a sample.</summary>
internal sealed class LabelFacts
{
    public LabelFacts(ValueColumn column, ReadingOptions options)
    {
        Column = column;
        OneHotClasses = OneHot.Classes(column);
        IsClassLike = column.Kind == ColumnKind.Text || column.IsWhole();
        Distinct = column.Distinct(column.RowElements > 1 ? options.IgnoredLabel : null);
        Shape = column.Squeezed;
    }

    public ValueColumn Column { get; }

    /// <summary>Whether they are texts or whole numbers.</summary>
    public bool IsClassLike { get; }

    /// <summary>The number of columns, if each row has a single 1; otherwise null.</summary>
    public int? OneHotClasses { get; }

    /// <summary>The distinct values, ascending.</summary>
    public IReadOnlyList<string> Distinct { get; }

    /// <summary>The shape of a row without axes of one element.</summary>
    public int[] Shape { get; }

    /// <summary>Whether a single score can distinguish them.</summary>
    public bool AreTwo => IsClassLike && Distinct.Count <= 2;
}
