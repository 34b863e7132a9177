namespace Inference.Feedback;

/// <summary>The state of a model's feedback. Obtained from <see cref="IModelRunner.GetService"/>. Thread-safe.</summary>
public interface IFeedbackStatus
{
    /// <summary>What is known at present.</summary>
    FeedbackSnapshot Snapshot { get; }
}
