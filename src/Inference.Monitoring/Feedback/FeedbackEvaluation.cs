using Inference.Feedback;

namespace Inference.Monitoring.Feedback;

/// <summary>What is known from labels at a moment.</summary>
internal sealed record FeedbackEvaluation
{
    public static FeedbackEvaluation Empty { get; } = new();

    public long Predictions { get; init; }

    public IReadOnlyList<LabelCoverage> Coverage { get; init; } = [];

    public TimeSpan? DelayP50 { get; init; }

    public TimeSpan? DelayP95 { get; init; }

    public IReadOnlyList<RealizedMetric> Performance { get; init; } = [];

    public IReadOnlyList<UnfairColumn> Unfair { get; init; } = [];
}
