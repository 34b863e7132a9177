namespace Inference;

/// <summary>The sequences whose states a stage of the pipeline keeps between calls. Obtained from <see cref="IModelRunner.GetService"/>; calls carry their sequence in <see cref="RunContext.Sequence"/>. Thread-safe.</summary>
public interface ISequences
{
    /// <summary>The number of sequences that are kept.</summary>
    int Count { get; }

    /// <summary>Ends a sequence. Its calls that were made before still complete; then its states are freed.</summary>
    /// <param name="sequence">The sequence.</param>
    /// <param name="tenant">The tenant of its calls; null for none.</param>
    /// <returns>Whether there was such a sequence.</returns>
    bool End(SequenceCall sequence, string? tenant = null);
}
