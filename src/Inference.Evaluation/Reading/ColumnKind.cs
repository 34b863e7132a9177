namespace Inference.Evaluation.Reading;

/// <summary>What the elements of a column are.</summary>
internal enum ColumnKind
{
    Real,
    Whole,
    Boolean,
    Text,
    Map,
}
