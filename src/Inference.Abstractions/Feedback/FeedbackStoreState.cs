namespace Inference.Feedback;

/// <summary>The state of a store of feedback.</summary>
public enum FeedbackStoreState
{
    /// <summary>Nothing was written yet.</summary>
    Opening,

    /// <summary>The last write succeeded.</summary>
    Available,

    /// <summary>The last write failed or took too long; it is tried again.</summary>
    Unavailable,
}
