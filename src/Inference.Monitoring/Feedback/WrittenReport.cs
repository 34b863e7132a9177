using Inference.Feedback;

namespace Inference.Monitoring;

/// <summary>What a store did with a report.</summary>
/// <param name="Answer"><see cref="FeedbackAnswer.Accepted"/>, <see cref="FeedbackAnswer.Duplicate"/>, <see cref="FeedbackAnswer.Unknown"/> or <see cref="FeedbackAnswer.Invalid"/>.</param>
/// <param name="Prediction">The prediction of an accepted report; null otherwise.</param>
/// <param name="Replaced">The value that an accepted report replaced; null for none.</param>
public readonly record struct WrittenReport(FeedbackAnswer Answer, KeptPrediction? Prediction = null, FeedbackValue? Replaced = null);
