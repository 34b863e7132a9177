using Inference.Versioning.Folders;
using Inference.Versioning.Leasing;
using Inference.Versioning.State;
using Inference.Versioning.Telemetry;

namespace Inference.Versioning.Repository;

internal sealed partial class RepositoryController
{
    /// <summary>Reads the repository, and loads, publishes and retires versions accordingly.</summary>
    /// <param name="now">Whether to load versions immediately that have not settled or that failed before.</param>
    /// <param name="cancellationToken">Cancels a load; what was published stays.</param>
    /// <returns>Whether some files must settle first: call again after the debounce time.</returns>
    /// <exception cref="ModelLoadException">The repository cannot be listed, or no version can serve.</exception>
    public async ValueTask<bool> ReconcileAsync(bool now, CancellationToken cancellationToken)
    {
        await _loading.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            bool unsettled;
            await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                _closing.Token.ThrowIfCancellationRequested();
                await _log.RefreshAsync(cancellationToken).ConfigureAwait(false);
                await NoteOptionsAsync().ConfigureAwait(false);
                unsettled = Scan(now);
            }
            catch (ModelLoadException) when (_default is not null)
            {
                // The repository cannot be listed; decisions about loaded versions take effect nevertheless.
                await StepAsync(new LoadPass(now: false), cancellationToken).ConfigureAwait(false);
                throw;
            }
            finally
            {
                _gate.Release();
            }

            _settleAgain = false;
            await LoadWantedAsync(new LoadPass(now), cancellationToken).ConfigureAwait(false);
            return unsettled;
        }
        finally
        {
            EndLoading();
        }
    }

    public async ValueTask RefreshAsync(CancellationToken cancellationToken = default) => await ReconcileAsync(now: true, cancellationToken).ConfigureAwait(false);

    /// <summary>Brings what is loaded in step with changed options, in the background.</summary>
    public void Reapply() => Background(async cancellationToken => await ReconcileAsync(now: false, cancellationToken).ConfigureAwait(false));

    /// <summary>Loads and unloads versions after a decision, unless a load is running, which then does it.</summary>
    private async ValueTask SettleAsync()
    {
        _settleAgain = true;
        while (_settleAgain && !_closing.IsCancellationRequested && await _loading.WaitAsync(TimeSpan.Zero).ConfigureAwait(false))
        {
            try
            {
                _settleAgain = false;
                await LoadWantedAsync(new LoadPass(now: false), _closing.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_closing.IsCancellationRequested)
            {
                // Closing.
            }
            finally
            {
                _loading.Release();
            }
        }
    }

    private void EndLoading()
    {
        _loading.Release();
        if (_settleAgain && !_closing.IsCancellationRequested)
        {
            Background(async _ => await SettleAsync().ConfigureAwait(false));
        }
    }

    // A version whose files are still changing keeps serving if it was loaded, and is omitted if not.
    private bool Scan(bool now)
    {
        TimeSpan debounce = Options.Debounce;
        bool unsettled = false;
        var settled = new List<VersionFolder>();
        IReadOnlyList<VersionFolder> found = _scanner.Scan();
        Forget(found);
        foreach (VersionFolder folder in found)
        {
            _slots.TryGetValue(folder.Version, out VersionSlot? slot);
            bool known = now || debounce == TimeSpan.Zero || slot?.Folder.Stamp == folder.Stamp || _folders.Any(f => f.Version == folder.Version && f.Stamp == folder.Stamp);
            if (!known && (!_settling.TryGetValue(folder.Version, out var since) || since.Stamp != folder.Stamp))
            {
                since = (folder.Stamp, _setup.Clock.GetTimestamp());
                _settling[folder.Version] = since;
            }

            if (known || _setup.Clock.GetElapsedTime(_settling[folder.Version].Since) >= debounce)
            {
                _settling.Remove(folder.Version);
                settled.Add(folder);
                continue;
            }

            unsettled = true;
            if (slot is not null)
            {
                settled.Add(slot.Folder);
            }
        }

        _folders = settled;
        return unsettled;
    }

    // Records of versions that are gone would otherwise accumulate.
    private void Forget(IReadOnlyList<VersionFolder> found)
    {
        if (_failed.Count + _settling.Count == 0)
        {
            return;
        }

        var there = found.Select(f => f.Version).ToHashSet(StringComparer.Ordinal);
        foreach (string version in _failed.Keys.Concat(_settling.Keys).Where(v => !there.Contains(v)).ToList())
        {
            _failed.Remove(version);
            _settling.Remove(version);
        }
    }

    /// <summary>Loads the selected versions one after another. The selection is computed again after each load, because other decisions may have been made.</summary>
    private async ValueTask LoadWantedAsync(LoadPass pass, CancellationToken cancellationToken)
    {
        while (true)
        {
            VersionFolder? next;
            await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                _closing.Token.ThrowIfCancellationRequested();
                next = await StepAsync(pass, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                _gate.Release();
            }

            if (next is null)
            {
                return;
            }

            pass.Try(next);
            try
            {
                await LoadAndFollowAsync(next, [.. pass.Wanted], cancellationToken).ConfigureAwait(false);
            }
            catch (VersionRefusedException exception)
            {
                await RefuseAsync(next, exception).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Publishes the loaded ones of the selected versions. Called under the gate.</summary>
    /// <returns>The version to load next; null if none is missing: versions that are not selected are then retired.</returns>
    private async ValueTask<VersionFolder?> StepAsync(LoadPass pass, CancellationToken cancellationToken)
    {
        VersioningOptions options = Options;
        await _log.RefreshAsync(cancellationToken).ConfigureAwait(false);
        while (true)
        {
            RepositoryState state = _log.Current;
            IReadOnlyList<string> candidates = VersionPlanner.DefaultCandidates(options, state, _folders);
            (VersionSlot? chosen, VersionFolder? next) = Choose(candidates, pass);
            if (chosen is null || (next is not null && _default is { } serving && !state.IsRejected(serving.Version, serving.Folder.Stamp)))
            {
                // The serving version is replaced when its successor is loaded, unless it was rolled back.
                chosen = _default;
            }

            pass.Wanted = new HashSet<string>(_needed, StringComparer.Ordinal);
            if (chosen is null)
            {
                return next ?? throw NothingServes(candidates);
            }

            pass.Wanted.Add(chosen.Version);
            if (next is null && !await AdoptAsync(chosen, candidates, cancellationToken).ConfigureAwait(false))
            {
                continue;
            }

            SetDefault(chosen, candidates);
            VersionSlot? canary = null;
            IReadOnlyList<string> trials = VersionPlanner.CanaryCandidates(options, _log.Current, _folders, chosen.Version);
            if (next is null)
            {
                (canary, next) = Choose([.. trials.Where(v => v != chosen.Version)], pass);
            }
            else if (_trial is { IsStopped: false } trial && trials.Contains(trial.Slot.Version) && trial.Slot != chosen)
            {
                canary = trial.Slot;
            }

            if (canary is not null)
            {
                pass.Wanted.Add(canary.Version);
                if (!await NoteCanaryAsync(canary, options, cancellationToken).ConfigureAwait(false))
                {
                    continue;
                }
            }

            SetCanary(canary, options);
            next ??= Keep(chosen, canary, options, pass);
            Publish(options);
            if (next is null)
            {
                RetireExcept(pass.Wanted);
            }

            Volatile.Write(ref _status, Judge(candidates, chosen));
            Remember();
            return next;
        }
    }

    /// <summary>The first version that is loaded, or that may be loaded, with the best loaded one to use in the meantime.</summary>
    private (VersionSlot? Slot, VersionFolder? Load) Choose(IReadOnlyList<string> versions, LoadPass pass)
    {
        foreach (string version in versions)
        {
            _slots.TryGetValue(version, out VersionSlot? loaded);
            if (_folders.FirstOrDefault(f => f.Version == version) is not { } folder)
            {
                if (pass.Miss(version))
                {
                    VersioningLog.Missing(_setup.Logger, ModelName, version);
                }
            }
            else if (loaded?.Folder.Stamp != folder.Stamp && pass.MayLoad(folder, _failed.GetValueOrDefault(version), _setup.Clock.GetUtcNow()))
            {
                return (versions.Select(v => _slots.GetValueOrDefault(v)).FirstOrDefault(s => s is not null), folder);
            }

            // If its new files do not pass, the copy loaded before is kept.
            if (loaded is not null)
            {
                return (loaded, null);
            }
        }

        return (null, null);
    }

    /// <summary>Selects the versions that are kept loaded; returns the first that is not loaded.</summary>
    private VersionFolder? Keep(VersionSlot current, VersionSlot? canary, VersioningOptions options, LoadPass pass)
    {
        foreach ((string version, bool isNamed) in VersionPlanner.Keep(options, _log.Current, _folders, current.Version, canary?.Version))
        {
            if (isNamed || Fits(version, pass.Wanted, options))
            {
                (VersionSlot? slot, VersionFolder? load) = Choose([version], pass);
                if (load is not null)
                {
                    return load;
                }

                if (slot is not null)
                {
                    pass.Wanted.Add(version);
                }
            }
        }

        return null;
    }
}
