namespace Inference.Versioning.Measuring;

/// <summary>Receives the times of a model's runs.</summary>
internal interface IRunObserver
{
    /// <summary>A run has ended.</summary>
    /// <param name="kind">Runs of one kind are comparable, see <see cref="RunKind"/>.</param>
    /// <param name="seconds">How long the model ran.</param>
    void Ran(long kind, double seconds);
}
