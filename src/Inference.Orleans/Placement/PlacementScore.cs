using Inference.Orleans.Grains;

namespace Inference.Orleans.Placement;

/// <summary>
/// Where a replica belongs. Silos are compared by, in this order: not stopping; no other replica of the model; the model loaded already; room for it without unloading another; calls in the silo, in steps, since a few more or fewer
/// say nothing; the share of its bytes that are taken.
/// </summary>
/// <param name="IsClosing">Whether the silo is stopping.</param>
/// <param name="HasReplica">Whether it has another replica of the model.</param>
/// <param name="IsCold">Whether the model is not loaded there.</param>
/// <param name="IsFull">Whether another model must be unloaded first.</param>
/// <param name="Calls">Calls in the silo, in steps: the number of bits of the count.</param>
/// <param name="Share">The share of its bytes that are taken.</param>
internal readonly record struct PlacementScore(bool IsClosing, bool HasReplica, bool IsCold, bool IsFull, int Calls, double Share) : IComparable<PlacementScore>
{
    /// <summary>The score of a silo for a replica.</summary>
    /// <param name="report">What the silo says of itself.</param>
    /// <param name="model">The model.</param>
    /// <param name="bytes">The model's bytes.</param>
    public static PlacementScore Of(SiloReport report, string model, long bytes)
    {
        bool hasReplica = report.Replicas.Any(r => ReplicaKey.Parse(r).Model == model);
        bool isCold = !report.Loaded.Contains(model, StringComparer.Ordinal);
        return new PlacementScore(
            report.IsClosing,
            hasReplica,
            isCold,
            isCold && report.Bytes + bytes > report.MaxBytes,
            32 - int.LeadingZeroCount(Math.Max(report.Calls, 0)),
            (double)report.Bytes / Math.Max(report.MaxBytes, 1));
    }

    /// <inheritdoc/>
    public int CompareTo(PlacementScore other) =>
        (IsClosing, HasReplica, IsCold, IsFull, Calls, Share).CompareTo((other.IsClosing, other.HasReplica, other.IsCold, other.IsFull, other.Calls, other.Share));
}
