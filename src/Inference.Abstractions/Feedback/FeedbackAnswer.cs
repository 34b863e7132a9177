namespace Inference.Feedback;

/// <summary>What became of a report.</summary>
public enum FeedbackAnswer
{
    /// <summary>It is durable in the store. Also the answer to a correction: another value under the same id, row and name with a later time, which replaced the old value.</summary>
    Accepted,

    /// <summary>A report with this id, row and name was accepted before and stands: it has the same value, or this one is not later.</summary>
    Duplicate,

    /// <summary>Predictions of this id are not kept: the id is not in the share that is.</summary>
    NotSampled,

    /// <summary>There is no prediction with this id: of this model, or no longer after an erasure.</summary>
    Unknown,

    /// <summary>The prediction is older than predictions are kept.</summary>
    Expired,

    /// <summary>The store does not answer; the report waits in memory and is written once the store does. A process that ends first loses it.</summary>
    Queued,

    /// <summary>It was not kept: the store does not answer and the queue is full, or the prediction was not kept for such a reason.</summary>
    Dropped,

    /// <summary>It cannot be right: a number that is not finite, a name that is empty or too long, a row that the prediction does not have, a time long before the prediction or in the future.</summary>
    Invalid,
}
