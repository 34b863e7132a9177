using Inference.Feedback;

namespace Inference.Monitoring;

/// <summary>What a store did with a report.</summary>
/// <param name="Answer"><see cref="FeedbackAnswer.Accepted"/>, <see cref="FeedbackAnswer.Duplicate"/>, <see cref="FeedbackAnswer.Unknown"/> or <see cref="FeedbackAnswer.Invalid"/>.</param>
/// <param name="Prediction">The prediction, if there is one.</param>
/// <param name="Stored">The value that was there before; null for none.</param>
/// <param name="StoredAt">The time of the value that was there before.</param>
public readonly record struct WrittenReport(FeedbackAnswer Answer, KeptPrediction? Prediction, FeedbackValue? Stored = null, DateTimeOffset? StoredAt = null);
