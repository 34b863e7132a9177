using Inference.Decisions;
using Inference.Versioning.Folders;
using Inference.Versioning.Repository;
using Inference.Versioning.State;

namespace Inference.Versioning;

public sealed partial class RepositoryEditor
{
    /// <summary>Makes a version the default, after it is loaded here and has passed its gates. Processes that serve the repository load it and follow.</summary>
    /// <remarks>If another default is decided in the meantime, the promotion is refused, so that no decision reverts another unknowingly. Processes with <see cref="VersionPolicy.Pinned"/> or <see cref="VersionPolicy.Label"/>
    /// follow their pin, or the label.</remarks>
    /// <param name="version">The version.</param>
    /// <param name="actor">Who decides: 1 to 128 characters, no control characters; not one of <see cref="DecisionActors"/>.</param>
    /// <param name="reason">Why: 1 to 1,024 characters, no control characters.</param>
    /// <param name="expected">The default that it replaces; null, the default, for the one when the call begins.</param>
    /// <param name="cancellationToken">Cancels the operation before anything is changed.</param>
    /// <returns>The record in the log.</returns>
    /// <exception cref="ArgumentException">The actor or the reason is not valid.</exception>
    /// <exception cref="VersionRefusedException">The version does not pass its gates; nothing was changed.</exception>
    /// <exception cref="InferenceException">The version does not exist, or another decision came first; nothing was changed.</exception>
    /// <exception cref="DecisionStoreException">The log of decisions could not be read or written; nothing was changed.</exception>
    public async ValueTask<Decision> PromoteAsync(string version, string actor, string reason, string? expected = null, CancellationToken cancellationToken = default)
    {
        Require(actor, reason);
        ArgumentException.ThrowIfNullOrEmpty(version);
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await ReadAsync(cancellationToken).ConfigureAwait(false);
            RepositoryState known = _log.Current;
            long sequence = _log.Sequence;
            if (expected is not null && known.Default != expected)
            {
                string cause = _log.LastAfter(0, IsAboutDefault) is { } decision ? $" by {decision}" : "";
                throw new InferenceException($"Model '{ModelName}': expected the default '{PlainText.Shown(expected)}', it is {Named(known.Default)}{cause}; nothing changed. Look at the versions, and repeat the call if it is still intended.");
            }

            VersionFolder folder = Find(version);
            ModelInfo info = await TryAsync(folder, known, cancellationToken).ConfigureAwait(false);
            while (!await _log.TryAppendAsync(Draft().Promote(folder, info, _log.Current.Default, actor, reason), holdsUnwritten: false, cancellationToken).ConfigureAwait(false))
            {
                if (_log.LastAfter(sequence, IsAboutDefault) is not null || _log.Current.Default != known.Default)
                {
                    throw Overtaken($"the default was {Named(known.Default)} and is {Named(_log.Current.Default)}", sequence, IsAboutDefault);
                }

                if (_log.Current.IsRejected(version, folder.Stamp) && !known.IsRejected(version, folder.Stamp))
                {
                    throw Overtaken($"version '{version}' was rolled back", sequence, d => d.Action == DecisionActions.Rollback && d.Version == version);
                }
            }

            return _log.Head!;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Rolls back the canary if one is on trial, otherwise the default, which is replaced by the previous default. Nothing is loaded here.</summary>
    /// <param name="actor">Who decides, as for <see cref="PromoteAsync"/>.</param>
    /// <param name="reason">Why, as for <see cref="PromoteAsync"/>.</param>
    /// <param name="cancellationToken">Cancels the operation before anything is changed.</param>
    /// <returns>The record in the log; <see cref="Decision.Version"/> is the version that was rolled back.</returns>
    /// <exception cref="ArgumentException">The actor or the reason is not valid.</exception>
    /// <exception cref="InferenceException">There is nothing to roll back to, or another decision about it came first; nothing was changed.</exception>
    /// <exception cref="DecisionStoreException">The log of decisions could not be read or written; nothing was changed.</exception>
    public async ValueTask<Decision> RollbackAsync(string actor, string reason, CancellationToken cancellationToken = default)
    {
        Require(actor, reason);
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await ReadAsync(cancellationToken).ConfigureAwait(false);
            long sequence = _log.Sequence;
            (string version, bool isCanary) = Target();
            while (!await _log.TryAppendAsync(RollBack(version, isCanary, actor, reason), holdsUnwritten: false, cancellationToken).ConfigureAwait(false))
            {
                if (Target() != (version, isCanary))
                {
                    throw Overtaken($"version '{version}' is no longer {(isCanary ? "the canary" : "the default")}", sequence, d => d.Version == version || IsAboutDefault(d));
                }
            }

            return _log.Head!;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Assigns a label to a version and removes it from any other version.</summary>
    /// <param name="label">The label: 1 to 128 characters, no control characters or marks of direction.</param>
    /// <param name="version">The version.</param>
    /// <param name="actor">Who decides, as for <see cref="PromoteAsync"/>.</param>
    /// <param name="reason">Why, as for <see cref="PromoteAsync"/>.</param>
    /// <param name="cancellationToken">Cancels the operation before anything is changed.</param>
    /// <returns>The record in the log.</returns>
    /// <exception cref="ArgumentException">The label, the actor or the reason is not valid.</exception>
    /// <exception cref="InferenceException">The version does not exist, another decision about the label came first, or there are too many labels; nothing was changed.</exception>
    /// <exception cref="DecisionStoreException">The log of decisions could not be read or written; nothing was changed.</exception>
    public async ValueTask<Decision> SetLabelAsync(string label, string version, string actor, string reason, CancellationToken cancellationToken = default)
    {
        Require(actor, reason);
        VersionLabel.Require(label);
        ArgumentException.ThrowIfNullOrEmpty(version);
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await ReadAsync(cancellationToken).ConfigureAwait(false);
            long sequence = _log.Sequence;
            bool IsAboutLabel(Decision decision) => decision.Facts.GetValueOrDefault(DecisionFacts.Label) == label;
            _ = Find(version);
            while (true)
            {
                DecisionDraft draft = Draft();
                draft.RequireRoom(ModelName, label);
                string? from = VersionPlanner.Labels(_options, _log.Current, _folders).GetValueOrDefault(label);
                if (await _log.TryAppendAsync(draft.SetLabel(label, version, from, actor, reason), holdsUnwritten: false, cancellationToken).ConfigureAwait(false))
                {
                    return _log.Head!;
                }

                if (_log.LastAfter(sequence, IsAboutLabel) is not null)
                {
                    throw Overtaken($"label '{label}' was assigned", sequence, IsAboutLabel);
                }
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    private static bool IsAboutDefault(Decision decision) =>
        decision.Action is DecisionActions.Promote or DecisionActions.Default || (decision.Action == DecisionActions.Rollback && decision.Facts.ContainsKey(DecisionFacts.Back));

    private static string Named(string? version) => version is null ? "undecided" : $"'{version}'";

    private Decision RollBack(string version, bool isCanary, string actor, string reason)
    {
        string stamp = _folders.FirstOrDefault(f => f.Version == version)?.Stamp ?? "";
        return isCanary ? Draft().Reject(version, stamp, actor, reason) : Draft().RollBack(version, stamp, Earlier(version), null, actor, reason);
    }

    private (string Version, bool IsCanary) Target()
    {
        RepositoryState state = _log.Current;
        string current = state.Default ?? throw new InferenceException($"Model '{ModelName}': expected a default to roll back, none is decided: no process has served '{_setup.Root}'. Promote a version instead.");
        string? canary = new[] { state.Canary, state.PolicyCanary }
            .FirstOrDefault(v => v is not null && v != current && _folders.FirstOrDefault(f => f.Version == v) is { } folder && (v == state.Canary || !VersionPlanner.IsRejected(state, folder)));
        return canary is null ? (current, false) : (canary, true);
    }

    private string Earlier(string current)
    {
        RepositoryState state = _log.Current;
        return state.Previous.LastOrDefault(v => v != current && _folders.Any(f => f.Version == v && !VersionPlanner.IsRejected(state, f)))
            ?? throw new InferenceException($"Model '{ModelName}': expected an earlier default to roll back to from version '{current}', found none. Promote a version by name instead.");
    }

    private async ValueTask<ModelInfo> TryAsync(VersionFolder folder, RepositoryState state, CancellationToken cancellationToken)
    {
        (IModelRunner runner, _, _) = await _loader.LoadAsync(folder, _options, state.Signature, state.SignedAt.GetValueOrDefault(folder.Version), cancellationToken).ConfigureAwait(false);
        await using (runner.ConfigureAwait(false))
        {
            return runner.Info;
        }
    }

    private InferenceException Overtaken(string what, long sequence, Func<Decision, bool> cause) =>
        new($"Model '{ModelName}': {what}: {_log.LastAfter(sequence, cause)?.ToString() ?? "another decision"} was made first; nothing changed. Repeat the call if it is still intended.");
}
