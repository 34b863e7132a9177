using Inference.Feedback;

namespace Inference.Monitoring;

/// <summary>A valid report as a store receives it.</summary>
/// <param name="PredictionId">The call.</param>
/// <param name="Row">The row, from 0.</param>
/// <param name="Name">What is reported.</param>
/// <param name="Value">The label or outcome; a number is finite.</param>
/// <param name="At">When it became known, in whole microseconds.</param>
/// <param name="Receipt">A random number of this report, the same when it is written again because a write failed. A store keeps it: a report that it finds with its own receipt was written by the failed attempt.</param>
public readonly record struct TimedReport(Guid PredictionId, int Row, string Name, FeedbackValue Value, DateTimeOffset At, long Receipt);
