namespace Inference.Monitoring;

/// <summary>Receives reports with their predictions. Called on one thread at a time, after the report is durable, in the order in which reports are accepted. What was accepted before the process started is read by <see cref="IOutcomeFeed.ReadJoinedAsync"/>.</summary>
public interface IOutcomeObserver
{
    /// <summary>Receives a report. Must be quick; an exception is logged and otherwise ignored.</summary>
    void OnJoined(in JoinedOutcome outcome);
}
