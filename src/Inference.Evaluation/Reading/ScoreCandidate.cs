namespace Inference.Evaluation.Reading;

/// <summary>An output that could hold the scores of classes.</summary>
/// <param name="Column">The output.</param>
/// <param name="Axis">The class axis, ≥ 1; null for a single score.</param>
/// <param name="Classes">The number of classes.</param>
internal sealed record ScoreCandidate(ValueColumn Column, int? Axis, int Classes)
{
    public bool IsMap => Column.Kind == ColumnKind.Map;
}
