namespace Inference.Status;

/// <summary>A trial that is judged on outcomes. Disposing it ends the judgement. Thread-safe.</summary>
public interface IOutcomeTrial : IDisposable
{
    /// <summary>What is known of the outcomes at present. Immutable.</summary>
    OutcomeTrialStatus Status { get; }
}
