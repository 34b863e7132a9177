namespace Inference.Monitoring;

/// <summary>The monitoring of one model or version. Obtained from <see cref="IModelRunner.GetService"/>. Thread-safe.</summary>
public interface IModelMonitor
{
    /// <summary>What is known at present; made anew at each evaluation.</summary>
    MonitoringSnapshot Snapshot { get; }

    /// <summary>Marks the present alarm as seen: it is no longer reported until another column changes. No effect in other states.</summary>
    /// <param name="actor">Who decides: 1 to 128 characters.</param>
    /// <param name="reason">Why: 1 to 1,024 characters.</param>
    /// <exception cref="ArgumentException">The actor or the reason is not valid.</exception>
    void Acknowledge(string actor, string reason);
}
