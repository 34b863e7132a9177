namespace Inference.Evaluation.Reading;

/// <summary>The kind of a column's elements.</summary>
internal enum ColumnKind
{
    Real,
    Whole,
    Boolean,
    Text,
    Map,
}
