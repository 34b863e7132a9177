namespace Inference.Status;

/// <summary>A trial that is judged on outcomes: those of this process and those that others reported. Disposing it ends the judgement. Thread-safe.</summary>
public interface IOutcomeTrial : IMergeableEvidence, IDisposable
{
    /// <summary>What is known of the outcomes at present. Immutable.</summary>
    OutcomeTrialStatus Status { get; }
}
