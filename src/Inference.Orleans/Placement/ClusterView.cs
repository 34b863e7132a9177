using System.Collections.Immutable;
using Inference.Orleans.Grains;
using Orleans.Runtime;

namespace Inference.Orleans.Placement;

/// <summary>The last reports of all silos as this silo knows them, with the replicas that it has placed since. Thread-safe.</summary>
internal sealed class ClusterView
{
    private ImmutableDictionary<SiloAddress, SiloReport> _reports = ImmutableDictionary<SiloAddress, SiloReport>.Empty;

    /// <summary>The reports.</summary>
    public IReadOnlyCollection<SiloReport> Reports => [.. Volatile.Read(ref _reports).Values];

    /// <summary>Replaces the reports.</summary>
    public void Set(IEnumerable<SiloReport> reports) => Volatile.Write(ref _reports, reports.ToImmutableDictionary(static r => r.Silo));

    /// <summary>The best of some silos for a replica, which counts as placed there until the next reports.</summary>
    /// <param name="silos">The silos; at least one.</param>
    /// <param name="key">The replica.</param>
    /// <param name="bytes">The bytes of its model.</param>
    public SiloAddress Place(IReadOnlyList<SiloAddress> silos, string key, long bytes)
    {
        string model = ReplicaKey.Parse(key).Model;
        while (true)
        {
            ImmutableDictionary<SiloAddress, SiloReport> reports = Volatile.Read(ref _reports);

            // Of equal silos a random one: several silos place replicas by the same reports.
            int turn = Random.Shared.Next(silos.Count);
            SiloAddress best = silos[turn];
            PlacementScore score = Score(reports, best, model, bytes);
            for (int i = 1; i < silos.Count; i++)
            {
                SiloAddress silo = silos[(turn + i) % silos.Count];
                PlacementScore other = Score(reports, silo, model, bytes);
                (best, score) = other.CompareTo(score) < 0 ? (silo, other) : (best, score);
            }

            SiloReport report = Of(reports, best);
            var placed = new SiloReport
            {
                Silo = best,
                Name = report.Name,
                MaxBytes = report.MaxBytes,
                Bytes = report.Bytes + (score.IsCold ? bytes : 0),
                Calls = report.Calls,
                IsClosing = report.IsClosing,
                Loaded = score.IsCold ? [.. report.Loaded, model] : report.Loaded,
                Replicas = [.. report.Replicas, key],
            };
            if (Interlocked.CompareExchange(ref _reports, reports.SetItem(best, placed), reports) == reports)
            {
                return best;
            }
        }
    }

    private static PlacementScore Score(ImmutableDictionary<SiloAddress, SiloReport> reports, SiloAddress silo, string model, long bytes) => PlacementScore.Of(Of(reports, silo), model, bytes);

    // A silo that has not reported yet has just started: it is empty, and how much it may hold is not known.
    private static SiloReport Of(ImmutableDictionary<SiloAddress, SiloReport> reports, SiloAddress silo) => reports.GetValueOrDefault(silo) ?? new SiloReport { Silo = silo, MaxBytes = long.MaxValue };
}
