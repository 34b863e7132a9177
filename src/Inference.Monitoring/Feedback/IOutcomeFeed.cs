namespace Inference.Monitoring;

/// <summary>Delivers a model's outcomes. Obtained from <see cref="IModelRunner.GetService"/>. Thread-safe.</summary>
public interface IOutcomeFeed
{
    /// <summary>Adds an observer; disposing the result removes it.</summary>
    IDisposable Subscribe(IOutcomeObserver observer);

    /// <summary>Reads what was accepted for predictions of a span of time, by time of prediction. Each report is there once, with its last value; an observer that subscribed before may see reports in both.</summary>
    /// <param name="from">The start of the predictions' times.</param>
    /// <param name="to">The end, exclusive.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="FeedbackStoreException">The store cannot be read.</exception>
    IAsyncEnumerable<JoinedOutcome> ReadJoinedAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken = default);
}
