using Inference.Decisions;
using Inference.Versioning.Canary;
using Inference.Versioning.Folders;
using Inference.Versioning.Leasing;
using Inference.Versioning.State;
using Inference.Versioning.Telemetry;

namespace Inference.Versioning.Repository;

internal sealed partial class RepositoryController
{
    public async ValueTask PromoteAsync(string version, string actor, string reason, CancellationToken cancellationToken = default)
    {
        Require(actor, reason);
        ArgumentException.ThrowIfNullOrEmpty(version);
        await DecideAsync(new Proposal(
            "promote", known =>
            {
                VersionFolder folder = Find(version);
                RequireNotTakenBack(folder, known);
                return folder;
            },
            (draft, slot) => draft.Promote(slot!, _default!.Version, actor, reason),
            HoldsUnwritten: true), cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<string> RollbackAsync(string actor, string reason, CancellationToken cancellationToken = default)
    {
        Require(actor, reason);
        (string Version, bool IsCanary)? asked = null;
        await DecideAsync(new Proposal(
            "rollback", known =>
            {
                (string Version, bool IsCanary) target = Target();
                asked ??= target;
                return asked == target ? target.IsCanary ? null : Earlier(target.Version) : throw Overtaken($"'{asked.Value.Version}' is no longer what serves", known);
            },
            (draft, slot) => slot is null
                ? draft.Reject(asked!.Value.Version, StampOf(asked.Value.Version), actor, reason)
                : draft.RollBack(asked!.Value.Version, StampOf(asked.Value.Version), slot, actor, reason),
            HoldsUnwritten: true), cancellationToken).ConfigureAwait(false);
        return asked!.Value.Version;
    }

    public async ValueTask StartCanaryAsync(string version, double percent, string actor, string reason, CancellationToken cancellationToken = default)
    {
        if (!(percent is >= 0 and <= 100))
        {
            throw new ArgumentOutOfRangeException(nameof(percent), percent, "Expected a share between 0 and 100 percent.");
        }

        Require(actor, reason);
        ArgumentException.ThrowIfNullOrEmpty(version);
        await DecideAsync(new Proposal(
            "canary", known =>
            {
                VersionFolder folder = Find(version);
                RequireNotTakenBack(folder, known);
                return version != _default!.Version && version != _log.Current.Default ? folder
                    : _log.LastAfter(known, d => d.Version == version) is not null ? throw Overtaken($"version '{version}' is the default", known)
                    : throw new InferenceException($"Model '{ModelName}': expected a canary other than the default version, got '{version}'. Promote another version first.");
            },
            (draft, slot) => draft.StartCanary(slot!.Folder, percent, actor, reason),
            HoldsUnwritten: false), cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask SetLabelAsync(string label, string version, string actor, string reason, CancellationToken cancellationToken = default)
    {
        Require(actor, reason);
        VersionLabel.Require(label);
        ArgumentException.ThrowIfNullOrEmpty(version);
        await DecideAsync(new Proposal(
            "label", _ => Find(version),
            (draft, _) =>
            {
                RequireRoom(label);
                return draft.SetLabel(label, version, VersionPlanner.Labels(Options, _log.Current, _folders).GetValueOrDefault(label), actor, reason);
            },
            HoldsUnwritten: false), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes a decision: against the decisions so far, when what it needs is loaded, and again whenever others decided first or a load was waited for.</summary>
    private async ValueTask DecideAsync(Proposal proposal, CancellationToken cancellationToken)
    {
        string? needed = null;
        try
        {
            long? known = null;
            while (true)
            {
                VersionFolder? load;
                await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
                try
                {
                    await OpenAsync(scan: known is null, cancellationToken).ConfigureAwait(false);
                    known ??= _log.Sequence;
                    load = proposal.Needs(known.Value);
                    VersionSlot? slot = load is null ? null : LoadedAs(load);
                    if (load is null || slot is not null)
                    {
                        DecisionDraft draft = Draft();
                        Decision? decision = proposal.Decide(draft, slot);
                        if (decision is not null && !await _log.TryAppendAsync(decision, proposal.HoldsUnwritten, cancellationToken).ConfigureAwait(false))
                        {
                            continue;
                        }

                        if (decision is not null)
                        {
                            _instruments.Change(decision.Version, proposal.Action);
                            await StepAsync(new LoadPass(now: false), CancellationToken.None).ConfigureAwait(false);
                        }

                        break;
                    }

                    if (needed is null)
                    {
                        _needed.Add(needed = load.Version);
                    }
                }
                finally
                {
                    _gate.Release();
                }

                await LoadNeededAsync(load, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            if (needed is not null)
            {
                await NoLongerNeededAsync(needed).ConfigureAwait(false);
            }
        }

        await SettleAsync().ConfigureAwait(false);
    }

    private void OnAlarm(CanaryTrial trial, string reason) => Background(cancellationToken => DecideAsync(new Proposal(
        "rollback", static _ => null,
        (draft, _) =>
        {
            string version = trial.Slot.Version;
            string stamp = trial.Slot.Folder.Stamp;
            bool isDone = draft.State.IsRejected(version, stamp) && draft.State.Canary != version;

            // Promoted or taken back meanwhile: what was asked for is no longer there.
            if (_trial != trial || isDone || draft.State.Default == version)
            {
                return null;
            }

            VersioningLog.CanaryRolledBack(_setup.Logger, ModelName, version, DecisionActors.SequentialTest, reason);
            return draft.Reject(version, stamp, DecisionActors.SequentialTest, reason);
        },
        HoldsUnwritten: true), cancellationToken));

    private void OnPassed(CanaryTrial trial) => Background(cancellationToken => DecideAsync(new Proposal(
        "promote", static _ => null,
        (draft, _) => _trial != trial || trial.IsStopped || draft.State.Default == trial.Slot.Version || draft.State.IsRejected(trial.Slot.Version, trial.Slot.Folder.Stamp)
            ? null
            : draft.Promote(trial.Slot, _default!.Version, DecisionActors.Policy, $"the canary served {trial.Options.PromoteAfterCalls} calls without an alarm"),
        HoldsUnwritten: true), cancellationToken));

    private static void Require(string actor, string reason)
    {
        DecisionActors.Require(actor);
        DecisionActors.RequireReason(reason);
    }

    // Of two who decide at once the second is not to undo what it did not know of.
    private void RequireNotTakenBack(VersionFolder folder, long known)
    {
        if (VersionPlanner.IsRejected(_log.Current, folder) && _log.LastAfter(known, d => d.Action == DecisionActions.Rollback && d.Version == folder.Version) is not null)
        {
            throw Overtaken($"version '{folder.Version}' was taken back", known);
        }
    }

    private InferenceException Overtaken(string what, long known) =>
        new($"Model '{ModelName}': {what}: {_log.LastAfter(known, static _ => true)?.ToString() ?? "another decision"} came first; nothing changed. Decide again if it is still wanted.");

    private (string Version, bool IsCanary) Target()
    {
        RepositoryState state = _log.Current;
        string current = state.Default ?? _default!.Version;
        string? canary = state.Canary;
        if (canary is null && _trial is { } trial && !state.IsRejected(trial.Slot.Version, trial.Slot.Folder.Stamp))
        {
            canary = trial.Slot.Version;
        }

        return canary is not null && canary != current ? (canary, true) : (current, false);
    }

    private VersionFolder Earlier(string current)
    {
        RepositoryState state = _log.Current;
        for (int i = state.Previous.Count - 1; i >= 0; i--)
        {
            if (_folders.FirstOrDefault(f => f.Version == state.Previous[i]) is { } folder && folder.Version != current && !VersionPlanner.IsRejected(state, folder))
            {
                return folder;
            }
        }

        throw new InferenceException($"Model '{ModelName}': expected an earlier default to roll back to from version '{current}', found none. Promote a version by name instead.");
    }

    // Of what was served, not of files that were changed since.
    private string StampOf(string version) => (_slots.GetValueOrDefault(version)?.Folder ?? _folders.FirstOrDefault(f => f.Version == version))?.Stamp ?? "";

    private VersionFolder Find(string version) => _folders.FirstOrDefault(f => f.Version == version)
        ?? throw new InferenceException($"Model '{ModelName}': expected a version in '{_setup.Root}' ({string.Join(", ", _folders.Select(f => $"'{f.Version}'"))}), got '{version}'. Publish it first.");

    private void RequireRoom(string label)
    {
        RepositoryState state = _log.Current;
        IReadOnlyList<string> gone = RepositoryState.Superfluous(state.Labels, label, (_, target) => _folders.Any(f => f.Version == target));
        if (state.Labels.Count + (state.Labels.ContainsKey(label) ? 0 : 1) - gone.Count > RepositoryState.MostNames)
        {
            throw new InferenceException($"Model '{ModelName}', label '{label}': expected at most {RepositoryState.MostNames} labels on existing versions, got one more. Use an existing label.");
        }
    }

    private DecisionDraft Draft() => new(Options, _log.Current, _folders, _setup.Clock.GetUtcNow());

    /// <summary>What somebody wants to decide.</summary>
    /// <param name="Action">For the instruments.</param>
    /// <param name="Needs">Gives the version that must be loaded first, or null for none, by what is decided so far; throws where it makes no sense any more. Its argument is the sequence that the caller knew.</param>
    /// <param name="Decide">Makes the decision for the state, with what is loaded; null where there is nothing to decide any more.</param>
    /// <param name="HoldsUnwritten">Whether it takes effect though the log cannot be written.</param>
    private sealed record Proposal(string Action, Func<long, VersionFolder?> Needs, Func<DecisionDraft, VersionSlot?, Decision?> Decide, bool HoldsUnwritten);
}
