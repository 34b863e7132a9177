namespace Inference.Feedback;

/// <summary>The state of a model's feedback at a moment. Counters are of this process, since it started.</summary>
public sealed record FeedbackSnapshot
{
    /// <summary>The model's name.</summary>
    public required string ModelName { get; init; }

    /// <summary>The predictions in the store, when they were counted last.</summary>
    public long Predictions { get; init; }

    /// <summary>The reports by answer.</summary>
    public IReadOnlyDictionary<FeedbackAnswer, long> Reports { get; init; } = new Dictionary<FeedbackAnswer, long>();

    /// <summary>The time after which half of the labels that arrive have arrived; null while unknown.</summary>
    public TimeSpan? DelayP50 { get; init; }

    /// <summary>The time after which 95 % of the labels that arrive have arrived; null while unknown. Younger predictions are not judged.</summary>
    public TimeSpan? DelayP95 { get; init; }

    /// <summary>The share of labelled predictions by age, youngest first.</summary>
    public IReadOnlyList<LabelCoverage> Coverage { get; init; } = [];

    /// <summary>The predictions that wait to be written.</summary>
    public long PendingPredictions { get; init; }

    /// <summary>The predictions that were not kept because the queue was full.</summary>
    public long DroppedPredictions { get; init; }

    /// <summary>The reports that wait to be written.</summary>
    public long QueuedReports { get; init; }

    /// <summary>The reports that were not kept because the queue was full.</summary>
    public long DroppedReports { get; init; }

    /// <summary>The state of the store.</summary>
    public FeedbackStoreState Store { get; init; }

    /// <summary>Why the store is unavailable; null if it is not.</summary>
    public string? StoreError { get; init; }

    /// <summary>The share of predictions that is kept.</summary>
    public double Share { get; init; } = 1;

    /// <summary>Metrics computed from labels.</summary>
    public IReadOnlyList<RealizedMetric> Performance { get; init; } = [];
}
