namespace Inference.Optimization.Evaluation;

/// <summary>A row on which two models predict different classes.</summary>
/// <param name="Row">The row, from 0.</param>
/// <param name="Source">The source model's class: its place in the reading's class list, −1 for none of them.</param>
/// <param name="Candidate">The other model's class, likewise.</param>
/// <param name="Label">The true class; null where there are no labels, or it is none of the list.</param>
public sealed record Flip(int Row, int Source, int Candidate, int? Label);
