namespace Inference.Feedback;

/// <summary>How many predictions of an age have a label.</summary>
/// <param name="From">The youngest age.</param>
/// <param name="To">The oldest age.</param>
/// <param name="Predictions">The predictions of this age.</param>
/// <param name="Labelled">Those of them with a report.</param>
public sealed record LabelCoverage(TimeSpan From, TimeSpan To, long Predictions, long Labelled);
