namespace Inference.Status;

/// <summary>The retraining of one model: tells what it waits for, and takes requests. Obtained from <see cref="IModelRunner.GetService"/>. Thread-safe.</summary>
public interface IRetraining
{
    /// <summary>What is known at present.</summary>
    RetrainingStatus Status { get; }

    /// <summary>Asks for a new model. It is trained for once labels suffice and the cool-down has passed; several requests are one.</summary>
    /// <param name="actor">Who asks: 1 to 128 characters.</param>
    /// <param name="reason">Why: 1 to 1,024 characters.</param>
    /// <exception cref="ArgumentException">The actor or the reason is not valid.</exception>
    void Request(string actor, string reason);
}
