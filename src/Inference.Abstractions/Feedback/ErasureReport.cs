using Inference.Security;

namespace Inference.Feedback;

/// <summary>What an erasure removed.</summary>
/// <param name="Owner">The subject or tenant.</param>
/// <param name="Predictions">The number of predictions.</param>
/// <param name="Reports">The number of reports of these.</param>
/// <param name="Exemplars">The number of rows kept as examples.</param>
/// <param name="CachedRows">The number of rows in caches of this process.</param>
public sealed record ErasureReport(DataOwner Owner, long Predictions = 0, long Reports = 0, long Exemplars = 0, long CachedRows = 0)
{
    /// <summary>What this erasure and another one of the same owner removed together.</summary>
    /// <param name="other">The other one; null for none.</param>
    public ErasureReport With(ErasureReport? other) => other is null
        ? this
        : new ErasureReport(Owner, Predictions + other.Predictions, Reports + other.Reports, Exemplars + other.Exemplars, CachedRows + other.CachedRows);
}
