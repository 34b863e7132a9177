namespace Inference.Status;

/// <summary>Judges trials on what became of their predictions. Implemented by monitoring, used by versioning: a keyed service under the model's name, or a service for all models. Thread-safe.</summary>
public interface IOutcomeEvidence
{
    /// <summary>Begins to judge a trial. Outcomes belong to it by <see cref="RunArm.Trial"/>; those of predictions that were made before do not count.</summary>
    /// <param name="modelName">The model.</param>
    /// <param name="trial">The trial: <see cref="RunArm.Trial"/> of its calls.</param>
    /// <param name="changed">Called when <see cref="IOutcomeTrial.Status"/> has changed, off the path of predictions and outside locks; never after the trial is disposed, except for a call in progress.</param>
    /// <returns>The trial; the caller disposes it when it has ended.</returns>
    IOutcomeTrial Begin(string modelName, string trial, Action changed);
}
