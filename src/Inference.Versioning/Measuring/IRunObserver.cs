namespace Inference.Versioning.Measuring;

/// <summary>Receives the times of a model's runs.</summary>
internal interface IRunObserver
{
    /// <summary>Whether the processor time of runs is measured.</summary>
    bool MeasuresCost { get; }

    /// <summary>A run has ended.</summary>
    /// <param name="kind">Runs of one kind are comparable, see <see cref="RunKind"/>.</param>
    /// <param name="seconds">How long the model ran.</param>
    /// <param name="cost">Processor time of the thread that ran it, seconds; NaN if it is not measured, or if the run ended on another thread.</param>
    void Ran(long kind, double seconds, double cost);
}
