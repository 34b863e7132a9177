namespace Inference.Status;

/// <summary>Evidence of a model's trial in this process, as counts that processes exchange: each computes the evidence of all. Obtained from <see cref="IModelRunner.GetService"/>. Thread-safe.</summary>
public interface IMergeableEvidence
{
    /// <summary>The counts of this process since they began; null while there is nothing to count. Its sequence increases if they have changed.</summary>
    EvidenceReport? Report();

    /// <summary>Takes the counts of another process. A report of another subject, an older one and one that was taken already change nothing; the order in which reports come does not matter.</summary>
    /// <param name="report">The report.</param>
    /// <exception cref="InferenceException">The counts are damaged, or were written by another version of the library.</exception>
    void Merge(EvidenceReport report);
}
