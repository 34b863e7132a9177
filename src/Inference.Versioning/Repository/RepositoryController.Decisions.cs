using Inference.Versioning.Canary;
using Inference.Versioning.Folders;
using Inference.Versioning.Leasing;
using Inference.Versioning.State;
using Inference.Versioning.Telemetry;

namespace Inference.Versioning.Repository;

internal sealed partial class RepositoryController
{
    public async ValueTask PromoteAsync(string version, string reason = "", CancellationToken cancellationToken = default)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await PromoteCoreAsync(version, "operator", reason, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    public async ValueTask<string> RollbackAsync(string reason = "", CancellationToken cancellationToken = default)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            Open();
            if (_trial is { IsStopped: false } trial)
            {
                await RejectCanaryAsync(trial, "operator", reason, cancellationToken).ConfigureAwait(false);
                return trial.Slot.Version;
            }

            return await RollbackDefaultAsync(reason, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    public async ValueTask StartCanaryAsync(string version, double percent, string reason = "", CancellationToken cancellationToken = default)
    {
        if (!(percent is >= 0 and <= 100))
        {
            throw new ArgumentOutOfRangeException(nameof(percent), percent, "Expected a share between 0 and 100 percent.");
        }

        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            Open();
            VersionFolder folder = Find(version);
            if (version == _default!.Version)
            {
                throw new InferenceException($"Model '{ModelName}': expected a canary other than the default version, got '{version}'. Promote another version first.");
            }

            await LoadOrThrowAsync(folder, cancellationToken).ConfigureAwait(false);
            RepositoryState state = _store.Current;
            _store.Save(
                state with { Canary = version, CanaryPercent = percent, Rejected = Without(state.Rejected, version) },
                _store.Entry("canary", version, _default.Version, "operator", reason.Length > 0 ? reason : $"{percent} percent of the calls"));
            await ApplyAsync(now: false, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    public async ValueTask SetLabelAsync(string label, string version, string reason = "", CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(label);
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            Open();
            await LoadOrThrowAsync(Find(version), cancellationToken).ConfigureAwait(false);
            VersionPlanner.Labels(Options, _store.Current, _folders).TryGetValue(label, out string? from);
            _store.Save(
                _store.Current with { Labels = Label(label, version) },
                _store.Entry("label", version, from, "operator", $"label '{label}'{(reason.Length > 0 ? ": " + reason : "")}"));
            _instruments.Change(version, "label");
            await ApplyAsync(now: false, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    private async ValueTask PromoteCoreAsync(string version, string by, string reason, CancellationToken cancellationToken)
    {
        Open();
        VersionFolder folder = Find(version);
        await LoadOrThrowAsync(folder, cancellationToken).ConfigureAwait(false);
        RepositoryState state = _store.Current;
        string from = _default!.Version;
        RepositoryState next = Decide(state, version) with
        {
            Previous = from == version ? state.Previous : [.. state.Previous.Where(v => v != from && v != version).TakeLast(15), from],
            Rejected = Without(state.Rejected, version),
        };
        _store.Save(next, _store.Entry("promote", version, from, by, reason));
        VersioningLog.DefaultChanged(_setup.Logger, ModelName, version, from, by, reason);
        _instruments.Change(version, "promote");
        await ApplyAsync(now: false, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<string> RollbackDefaultAsync(string reason, CancellationToken cancellationToken)
    {
        VersionSlot current = _default!;
        RepositoryState state = _store.Current;
        for (int i = state.Previous.Count - 1; i >= 0; i--)
        {
            string back = state.Previous[i];
            VersionFolder? folder = _folders.FirstOrDefault(f => f.Version == back);
            if (folder is null || back == current.Version || VersionPlanner.IsRejected(state, folder))
            {
                continue;
            }

            await LoadOrThrowAsync(folder, cancellationToken).ConfigureAwait(false);
            RepositoryState next = Decide(state, back) with
            {
                Previous = [.. state.Previous.Take(i)],
                Rejected = RepositoryState.With(state.Rejected, current.Version, current.Folder.Stamp, IsThere),
            };
            _store.Save(next, _store.Entry("rollback", current.Version, back, "operator", reason));
            VersioningLog.DefaultChanged(_setup.Logger, ModelName, back, current.Version, "operator", reason);
            _instruments.Change(current.Version, "rollback");
            await ApplyAsync(now: false, cancellationToken).ConfigureAwait(false);
            return current.Version;
        }

        throw new InferenceException($"Model '{ModelName}': expected an earlier default to roll back to from version '{current.Version}', found none. Promote a version by name instead.");
    }

    // The trial has stopped, so no call reaches the canary any more; this persists the decision.
    private async ValueTask RejectCanaryAsync(CanaryTrial trial, string by, string reason, CancellationToken cancellationToken)
    {
        trial.Stop();
        RepositoryState state = _store.Current;
        string version = trial.Slot.Version;
        _store.SaveOrKeep(
            state with { Canary = null, Rejected = RepositoryState.With(state.Rejected, version, trial.Slot.Folder.Stamp, IsThere) },
            _store.Entry("rollback", version, _default?.Version, by, reason));
        VersioningLog.CanaryRolledBack(_setup.Logger, ModelName, version, by, reason);
        _instruments.Change(version, "rollback");
        await ApplyAsync(now: false, cancellationToken).ConfigureAwait(false);
    }

    private void OnAlarm(CanaryTrial trial, string reason) => Background(async cancellationToken =>
    {
        if (_trial == trial)
        {
            await RejectCanaryAsync(trial, "sequential test", reason, cancellationToken).ConfigureAwait(false);
        }
    });

    private void OnPassed(CanaryTrial trial) => Background(async cancellationToken =>
    {
        if (_trial == trial && !trial.IsStopped)
        {
            await PromoteCoreAsync(trial.Slot.Version, "policy", $"the canary served {trial.Options.PromoteAfterCalls} calls without an alarm", cancellationToken).ConfigureAwait(false);
        }
    });

    /// <summary>Loads and unloads versions to match changed options, in the background.</summary>
    public void Reapply() => Background(async cancellationToken =>
    {
        _store.Refresh();
        Scan(now: false);
        await ApplyAsync(now: false, cancellationToken).ConfigureAwait(false);
    });

    // On the pool: the caller whose call triggered the decision must not wait for files.
    private void Background(Func<CancellationToken, ValueTask> work) => _ = Task.Run(async () =>
    {
        try
        {
            await _gate.WaitAsync(_closing.Token).ConfigureAwait(false);
            try
            {
                _closing.Token.ThrowIfCancellationRequested();
                await work(_closing.Token).ConfigureAwait(false);
            }
            finally
            {
                _gate.Release();
            }
        }
        catch (OperationCanceledException) when (_closing.IsCancellationRequested)
        {
            // Closing.
        }
        catch (Exception exception)
        {
            VersioningLog.RefreshFailed(_setup.Logger, ModelName, exception.Message);
        }
    });

    private RepositoryState Decide(RepositoryState state, string version)
    {
        RepositoryState next = state with
        {
            Default = version,
            Decided = true,
            Ceiling = _folders.Select(f => f.Version).Append(version).Max(VersionName.Order),
            PinnedThen = Options.PinnedVersion,
            Canary = null,
        };
        return Options.Policy == VersionPolicy.Label ? next with { Labels = RepositoryState.With(state.Labels, Options.DefaultLabel!, version) } : next;
    }

    private void Open()
    {
        if (_default is null || _closing.IsCancellationRequested)
        {
            throw Closed();
        }

        _store.Refresh();
        Scan(now: true);
    }

    private VersionFolder Find(string version)
    {
        ArgumentException.ThrowIfNullOrEmpty(version);
        return _folders.FirstOrDefault(f => f.Version == version)
            ?? throw new InferenceException($"Model '{ModelName}': expected a version in '{_setup.Root}' ({string.Join(", ", _folders.Select(f => $"'{f.Version}'"))}), got '{version}'. Publish it first.");
    }

    private async ValueTask LoadOrThrowAsync(VersionFolder folder, CancellationToken cancellationToken)
    {
        if (_slots.TryGetValue(folder.Version, out VersionSlot? slot) && slot.Folder.Stamp == folder.Stamp)
        {
            return;
        }

        try
        {
            await LoadAsync(folder, [folder.Version], cancellationToken).ConfigureAwait(false);
        }
        catch (VersionRefusedException exception)
        {
            Refuse(folder, exception);
            throw;
        }
    }

    private bool IsThere(string version, string stamp) => _folders.Any(f => f.Version == version);

    private Dictionary<string, string> Label(string label, string version)
    {
        Dictionary<string, string> labels = RepositoryState.With(_store.Current.Labels, label, version, (_, target) => _folders.Any(f => f.Version == target));
        return labels.Count <= RepositoryState.MostNames ? labels : throw new InferenceException(
            $"Model '{ModelName}', label '{label}': expected at most {RepositoryState.MostNames} labels on existing versions, got one more. Use an existing label.");
    }

    private static Dictionary<string, string> Without(IReadOnlyDictionary<string, string> map, string key)
    {
        var copy = new Dictionary<string, string>(map, StringComparer.Ordinal);
        copy.Remove(key);
        return copy;
    }
}
