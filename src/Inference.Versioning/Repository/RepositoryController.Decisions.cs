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
                RequireNotRolledBack(folder, known);
                return folder;
            },
            (draft, slot) => draft.Promote(slot!.Folder, slot.Info, _default!.Version, actor, reason),
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
                return asked == target ? target.IsCanary ? null : Earlier(target.Version) : throw Overtaken($"version '{asked.Value.Version}' is no longer {(asked.Value.IsCanary ? "the canary" : "the default")}", known, d => d.Version == asked.Value.Version || d.Action is DecisionActions.Promote or DecisionActions.Default);
            },
            (draft, slot) => slot is null
                ? draft.Reject(asked!.Value.Version, StampOf(asked.Value.Version), actor, reason)
                : draft.RollBack(asked!.Value.Version, StampOf(asked.Value.Version), slot.Version, slot.Info, actor, reason),
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
                RequireNotRolledBack(folder, known);
                return version != _default!.Version && version != _log.Current.Default ? folder
                    : version != known.State.Default && known.State.Default is not null ? throw Overtaken($"version '{version}' is the default", known, d => d.Version == version || d.Facts.GetValueOrDefault(DecisionFacts.Back) == version)
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
                draft.RequireRoom(ModelName, label);
                return draft.SetLabel(label, version, VersionPlanner.Labels(Options, _log.Current, _folders).GetValueOrDefault(label), actor, reason);
            },
            HoldsUnwritten: false), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes a decision in the current state, after loading the version that it needs; decides again if another decision was made first, and after each load.</summary>
    private async ValueTask DecideAsync(Proposal proposal, CancellationToken cancellationToken)
    {
        string? needed = null;
        try
        {
            Known? known = null;
            while (true)
            {
                VersionFolder? load;
                await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
                try
                {
                    await OpenAsync(scan: known is null, cancellationToken).ConfigureAwait(false);
                    known ??= new Known(_log.Sequence, _log.Current);
                    load = proposal.Needs(known);
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
                            if (await StepAsync(new LoadPass(now: false), CancellationToken.None).ConfigureAwait(false) is not null)
                            {
                                // The decision is in effect; the caller does not wait for the versions that are loaded for convenience.
                                Background(async _ => await SettleAsync().ConfigureAwait(false));
                            }
                        }

                        return;
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
    }

    private void OnAlarm(CanaryTrial trial, string reason) => Background(cancellationToken => DecideAsync(new Proposal(
        "rollback", static _ => null,
        (draft, _) =>
        {
            string version = trial.Slot.Version;
            string stamp = trial.Slot.Folder.Stamp;
            bool isDone = draft.State.IsRejected(version, stamp) && draft.State.Canary != version;

            // Promoted or rolled back in the meantime: the alarm no longer applies.
            if (isDone || !IsOnTrial(trial))
            {
                return null;
            }

            VersioningLog.CanaryRolledBack(_setup.Logger, ModelName, version, DecisionActors.SequentialTest, reason);
            return draft.Reject(version, stamp, DecisionActors.SequentialTest, reason);
        },
        HoldsUnwritten: true), cancellationToken));

    private void OnPassed(CanaryTrial trial) => Background(cancellationToken => DecideAsync(new Proposal(
        "promote", static _ => null,
        (draft, _) => !IsOnTrial(trial) || trial.IsStopped || draft.State.IsRejected(trial.Slot.Version, trial.Slot.Folder.Stamp)
            ? null
            : draft.Promote(trial.Slot.Folder, trial.Slot.Info, _default!.Version, DecisionActors.Policy, trial.DescribePass()),
        HoldsUnwritten: true), cancellationToken));

    private static void Require(string actor, string reason)
    {
        DecisionActors.Require(actor);
        DecisionActors.RequireReason(reason);
    }

    // Of two concurrent decisions, the second must not revert the first without knowing of it.
    private void RequireNotRolledBack(VersionFolder folder, Known known)
    {
        bool IsRollback(Decision decision) => decision.Action == DecisionActions.Rollback && decision.Version == folder.Version;
        if (VersionPlanner.IsRejected(_log.Current, folder) && (!VersionPlanner.IsRejected(known.State, folder) || _log.LastAfter(known.Sequence, IsRollback) is not null))
        {
            throw Overtaken($"version '{folder.Version}' was rolled back", known, IsRollback);
        }
    }

    private InferenceException Overtaken(string what, Known known, Func<Decision, bool> cause) =>
        new($"Model '{ModelName}': {what}: {_log.LastAfter(known.Sequence, cause)?.ToString() ?? "another decision"} was made first; nothing changed. Repeat the call if it is still intended.");

    // A trial may have been ended by a decision that this process has not applied yet.
    private bool IsOnTrial(CanaryTrial trial)
    {
        RepositoryState state = _log.Current;
        return _trial == trial && trial.Epoch == state.Epoch && VersionPlanner.CanaryCandidates(Options, state, _folders, state.Default ?? _default!.Version).Contains(trial.Slot.Version);
    }

    private (string Version, bool IsCanary) Target()
    {
        RepositoryState state = _log.Current;
        string current = state.Default ?? _default!.Version;
        IReadOnlyList<string> trials = VersionPlanner.CanaryCandidates(Options, state, _folders, current);

        // The policy may have started a trial in another process that this process does not run yet.
        string? canary = state.Canary ?? trials.FirstOrDefault(v => v == _trial?.Slot.Version) ?? trials.FirstOrDefault(v => v == state.PolicyCanary);
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

    // Of the loaded version, not of files that changed since.
    private string StampOf(string version) => (_slots.GetValueOrDefault(version)?.Folder ?? _folders.FirstOrDefault(f => f.Version == version))?.Stamp ?? "";

    private VersionFolder Find(string version) => _folders.FirstOrDefault(f => f.Version == version)
        ?? throw new InferenceException($"Model '{ModelName}': expected a version in '{_setup.Root}' ({string.Join(", ", _folders.Select(f => $"'{f.Version}'"))}), got '{version}'. Publish it first.");

    private DecisionDraft Draft() => new(Options, _log.Current, _folders, _setup.Clock.GetUtcNow());

    /// <summary>An operation that decides.</summary>
    /// <param name="Action">The action, for the instruments.</param>
    /// <param name="Needs">Returns the version that must be loaded first, or null for none; throws if the operation no longer makes sense. Its argument is the log when the operation began.</param>
    /// <param name="Decide">Creates the decision for the current state and the loaded version; null if there is nothing left to decide.</param>
    /// <param name="HoldsUnwritten">Whether it takes effect if the log cannot be written.</param>
    private sealed record Proposal(string Action, Func<Known, VersionFolder?> Needs, Func<DecisionDraft, VersionSlot?, Decision?> Decide, bool HoldsUnwritten);

    /// <summary>The log when an operation began.</summary>
    /// <param name="Sequence">The sequence number of its last record.</param>
    /// <param name="State">The state that followed from it.</param>
    private sealed record Known(long Sequence, RepositoryState State);
}
