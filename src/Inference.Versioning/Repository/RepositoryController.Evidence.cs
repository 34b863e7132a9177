using Inference.Status;
using Inference.Versioning.Canary;

namespace Inference.Versioning.Repository;

/// <summary>The evidence of the trial in progress, which processes exchange.</summary>
internal sealed partial class RepositoryController : IMergeableEvidence
{
    EvidenceReport? IMergeableEvidence.Report() => Running?.Report();

    void IMergeableEvidence.Merge(EvidenceReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        Running?.Merge(report);
    }

    private CanaryTrial? Running => Table?.Trial is { IsStopped: false } trial ? trial : null;
}
