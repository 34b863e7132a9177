namespace Inference.Optimization.Evaluation;

/// <summary>A row for which two models predict different classes.</summary>
/// <param name="Row">The index of the row, from 0.</param>
/// <param name="Source">The source model's class: its index in the reading's class list, −1 if it is outside the list.</param>
/// <param name="Candidate">The candidate's class, likewise.</param>
/// <param name="Label">The true class; null if there are no labels, or it is outside the list.</param>
public sealed record Flip(int Row, int Source, int Candidate, int? Label);
