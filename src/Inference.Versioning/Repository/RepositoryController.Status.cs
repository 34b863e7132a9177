using Inference.Status;
using Inference.Versioning.Canary;
using Inference.Versioning.Folders;
using Inference.Versioning.Leasing;
using Inference.Versioning.State;

namespace Inference.Versioning.Repository;

internal sealed partial class RepositoryController
{
    public (ModelState State, string Description) Status
    {
        get
        {
            (ModelState state, string description) = Volatile.Read(ref _status);
            string? aside = DescribeSetAside();
            if ((_log.Trouble ?? RepositoryTrouble ?? WatchTrouble ?? aside ?? _rejectedOptions) is not null && state == ModelState.Ready)
            {
                state = ModelState.Degraded;
            }

            string?[] parts = [description, _log.Trouble, _log.Notice, RepositoryTrouble, WatchTrouble, aside, _rejectedOptions is { } rejected ? $"The changed options are invalid and were ignored: {rejected}" : null];
            return (state, string.Join(' ', parts.Where(static p => !string.IsNullOrEmpty(p))));
        }
    }

    private List<ModelVersionStatus> Describe(Snapshot known)
    {
        var labels = VersionPlanner.Labels(Options, known.State, known.Folders).ToLookup(l => l.Value, l => l.Key);
        var result = new List<ModelVersionStatus>();
        foreach (VersionFolder folder in known.Folders)
        {
            VersionSlot? slot = known.Slots.FirstOrDefault(s => s.Version == folder.Version);
            FailedLoad? failed = known.Failed.TryGetValue(folder.Version, out FailedLoad? load) && load.Stamp == folder.Stamp ? load : null;
            bool rejected = VersionPlanner.IsRejected(known.State, folder);
            ModelVersionState what =
                slot is not null && slot == known.Default ? ModelVersionState.Default
                : slot is not null && slot == known.Trial?.Slot && !known.Trial.IsStopped ? ModelVersionState.Canary
                : rejected ? ModelVersionState.Rejected
                : slot is not null ? ModelVersionState.Standby
                : failed is not null ? ModelVersionState.Refused : ModelVersionState.Available;
            string? error = failed?.Message ?? (rejected ? "It was rolled back. Publish new files, or promote it." : null);
            result.Add(new ModelVersionStatus
            {
                Version = folder.Version,
                State = what,
                Labels = [.. labels[folder.Version].Order(StringComparer.Ordinal)],
                Digest = slot?.Info.Digest,
                Bytes = folder.Bytes,
                CallsInFlight = slot?.InFlight ?? 0,
                Calls = slot?.Calls ?? 0,
                Error = error,
                Lineage = folder.Lineage ?? VersionFacts.None.Lineage,
            });
        }

        foreach (VersionSlot slot in known.Slots.Where(s => known.Folders.All(f => f.Version != s.Version)).Concat(known.Draining.Where(s => !s.Unloaded.IsCompleted)))
        {
            result.Add(new ModelVersionStatus
            {
                Version = slot.Version,
                State = slot.IsRetired ? ModelVersionState.Draining : slot == known.Default ? ModelVersionState.Default : ModelVersionState.Standby,
                Labels = [],
                Digest = slot.Info.Digest,
                Bytes = slot.Folder.Bytes,
                CallsInFlight = slot.InFlight,
                Calls = slot.Calls,
            });
        }

        return result;
    }

    // The result of the last change; read without the gate, so that a query never waits for a load.
    private void Remember() =>
        Volatile.Write(ref _known, new Snapshot(_folders, [.. _slots.Values], [.. _draining], new Dictionary<string, FailedLoad>(_failed), _log.Current, _default, _trial));

    private sealed record Snapshot(
        IReadOnlyList<VersionFolder> Folders,
        IReadOnlyList<VersionSlot> Slots,
        IReadOnlyList<VersionSlot> Draining,
        IReadOnlyDictionary<string, FailedLoad> Failed,
        RepositoryState State,
        VersionSlot? Default,
        CanaryTrial? Trial);
}
