namespace Inference.Evaluation.Reading;

/// <summary>An output that could hold the scores of classes.</summary>
/// <param name="Column">The output.</param>
/// <param name="Axis">The axis of its classes, ≥ 1; null for one score.</param>
/// <param name="Classes">How many.</param>
internal sealed record ScoreCandidate(ValueColumn Column, int? Axis, int Classes)
{
    public bool IsMap => Column.Kind == ColumnKind.Map;
}
