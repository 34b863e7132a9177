namespace Inference.Feedback;

/// <summary>One thing that is held about a subject or a tenant.</summary>
/// <param name="Kind"><c>prediction</c> or <c>report</c>, or what else a stage keeps.</param>
/// <param name="Model">The model.</param>
/// <param name="PredictionId">The call.</param>
/// <param name="At">When the call was answered, or the report became known.</param>
/// <param name="Row">The row of the call, from 0.</param>
/// <param name="Values">What is held, by name: the columns of a prediction's row, or the value of a report; redacted ones as they are kept.</param>
public sealed record HeldRecord(string Kind, string Model, Guid PredictionId, DateTimeOffset At, int Row, IReadOnlyDictionary<string, FeedbackValue> Values);
