using Inference.Decisions;
using Inference.Versioning.Folders;
using Inference.Versioning.Leasing;
using Inference.Versioning.Loading;
using Inference.Versioning.Manifest;
using Inference.Versioning.Measuring;
using Inference.Versioning.Telemetry;

namespace Inference.Versioning.Repository;

internal sealed partial class RepositoryController
{
    /// <summary>The loaded version if it was loaded from the current files, otherwise null.</summary>
    private VersionSlot? LoadedAs(VersionFolder folder) => _slots.TryGetValue(folder.Version, out VersionSlot? slot) && slot.Folder.Stamp == folder.Stamp ? slot : null;

    /// <summary>Loads the version that a decision needs.</summary>
    /// <exception cref="VersionRefusedException">A gate failed.</exception>
    private async ValueTask LoadNeededAsync(VersionFolder folder, CancellationToken cancellationToken)
    {
        await _loading.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await LoadAndFollowAsync(folder, [folder.Version], cancellationToken).ConfigureAwait(false);
        }
        catch (VersionRefusedException exception)
        {
            await RefuseAsync(folder, exception).ConfigureAwait(false);
            throw;
        }
        finally
        {
            EndLoading();
        }
    }

    private async ValueTask NoLongerNeededAsync(string version)
    {
        await _gate.WaitAsync().ConfigureAwait(false);
        _needed.Remove(version);
        _gate.Release();
    }

    /// <summary>Loads a version, and applies decisions of other processes in the meantime, because a load may take minutes.</summary>
    /// <exception cref="VersionRefusedException">A gate failed.</exception>
    private async ValueTask LoadAndFollowAsync(VersionFolder folder, HashSet<string> wanted, CancellationToken cancellationToken)
    {
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token);
        Task load = LoadAsync(folder, wanted, linked.Token).AsTask();
        while (!load.IsCompleted && !linked.IsCancellationRequested)
        {
            using var loaded = CancellationTokenSource.CreateLinkedTokenSource(linked.Token);
            await Task.WhenAny(load, Task.Delay(s_followInterval, _setup.Clock, loaded.Token)).ConfigureAwait(false);
            await loaded.CancelAsync().ConfigureAwait(false);
            if (!load.IsCompleted)
            {
                await FollowAsync(linked.Token).ConfigureAwait(false);
            }
        }

        await load.ConfigureAwait(false);
    }

    private async ValueTask FollowAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The load ends for the same reason.
            return;
        }

        try
        {
            if (_default is not null && !_closing.IsCancellationRequested)
            {
                await StepAsync(new LoadPass(now: true), cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // As above.
        }
        catch (InferenceException exception)
        {
            VersioningLog.RefreshFailed(_setup.Logger, ModelName, exception.Message);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Loads a version beside the others and registers it; one at a time, without holding the gate, so that decisions do not wait for it.</summary>
    /// <exception cref="VersionRefusedException">A gate failed.</exception>
    private async ValueTask LoadAsync(VersionFolder folder, HashSet<string> wanted, CancellationToken cancellationToken)
    {
        ModelSignature? reference;
        string? signedSince;
        await MakeRoomAsync(folder, wanted, cancellationToken).ConfigureAwait(false);
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (LoadedAs(folder) is not null)
            {
                return;
            }

            reference = _default is not null ? ModelSignature.Of(_default.Info) : _log.Current.Signature;
            signedSince = _log.Current.SignedAt.GetValueOrDefault(folder.Version);
        }
        finally
        {
            _gate.Release();
        }

        (IModelRunner runner, ModelTimer timer, TrustedVersion trusted) = await _loader.LoadAsync(folder, Options, reference, signedSince, cancellationToken).ConfigureAwait(false);
        await _gate.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            Register(new VersionSlot(folder, runner, OnUnloaded, timer));
            await NoteAsync(
                DecisionActions.Load,
                () => !Options.Audit.RecordLoads || (_log.Current.Loaded.TryGetValue(folder.Version, out string? stamp) && stamp == folder.Stamp) ? null : Draft().Load(folder, runner.Info, trusted)).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    private void Register(VersionSlot slot)
    {
        _instruments.Loaded(slot, 1);
        _instruments.Load(slot.Version, null);
        VersioningLog.Loaded(_setup.Logger, ModelName, slot.Version);
        _failed.Remove(slot.Version);
        if (_slots.Remove(slot.Version, out VersionSlot? before))
        {
            // New files under the same name. Calls that hold the old copy finish on it; it is retired once the table no longer refers to it.
            _replaced.Add(before);
        }

        _slots[slot.Version] = slot;
    }

    private async ValueTask RefuseAsync(VersionFolder folder, VersionRefusedException exception)
    {
        await _gate.WaitAsync().ConfigureAwait(false);
        try
        {
            _failed.TryGetValue(folder.Version, out FailedLoad? before);
            int attempts = before?.Stamp == folder.Stamp ? before.Attempts + 1 : 1;
            TimeSpan wait = Options.RetryFailedAfter * (1 << Math.Min(attempts - 1, 5));
            _failed[folder.Version] = new FailedLoad(folder.Stamp, exception.Gate, exception.Message, exception, attempts, _setup.Clock.GetUtcNow() + wait);
            _instruments.Load(folder.Version, exception.Gate);
            VersioningLog.Refused(_setup.Logger, ModelName, folder.Version, exception.Gate, exception.Message, wait);
            await NoteRefusalAsync(folder, exception.Message).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    // Once for all processes that share the log, as long as the files are unchanged.
    private ValueTask NoteRefusalAsync(VersionFolder folder, string message) => NoteAsync(
        DecisionActions.Refused, () => _log.Current.Refused.TryGetValue(folder.Version, out string? stamp) && stamp == folder.Stamp ? null : Draft().Refuse(folder, message));

    private bool Fits(string version, HashSet<string> wanted, VersioningOptions options)
    {
        long bytes = _folders.FirstOrDefault(f => f.Version == version)?.Bytes ?? 0;
        return bytes <= options.MaxLoadedBytes - wanted.Sum(v => _slots.TryGetValue(v, out VersionSlot? slot) ? slot.Folder.Bytes : 0);
    }

    /// <summary>Unloads versions kept by KeepLatest, oldest first, and waits for old ones to drain, until the new one fits.</summary>
    private async ValueTask MakeRoomAsync(VersionFolder folder, HashSet<string> wanted, CancellationToken cancellationToken)
    {
        long limit = Options.MaxLoadedBytes;
        using var timeout = new CancellationTokenSource(Options.DrainTimeout, _setup.Clock);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        while (true)
        {
            Task[] open;
            await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                if (LoadedBytes() + folder.Bytes <= limit)
                {
                    return;
                }

                RetireSpare(folder, wanted, limit);
                open = [.. _draining.Select(s => s.Unloaded).Where(t => !t.IsCompleted)];
                if (LoadedBytes(drained: true) + folder.Bytes > limit || timeout.IsCancellationRequested)
                {
                    throw new VersionRefusedException(
                        $"Model '{ModelName}', version '{folder.Version}': expected room for {folder.Bytes} bytes within MaxLoadedBytes = {limit}, got {LoadedBytes()} bytes in use by versions that serve or drain. Raise MaxLoadedBytes, or keep fewer versions.")
                    {
                        Version = folder.Version,
                        Gate = VersionGate.Budget,
                    };
                }
            }
            finally
            {
                _gate.Release();
            }

            if (open.Length == 0)
            {
                // What was counted has been unloaded in the meantime: count again.
                continue;
            }

            try
            {
                await Task.WhenAny([.. open, Task.Delay(Timeout.InfiniteTimeSpan, _setup.Clock, linked.Token)]).ConfigureAwait(false);
                cancellationToken.ThrowIfCancellationRequested();
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // The time has passed; how much is free is checked once more.
            }
        }
    }

    private void RetireSpare(VersionFolder folder, HashSet<string> wanted, long limit)
    {
        VersionSlot[] spare = [.. _slots.Values.Where(s => s != _default && s != _trial?.Slot && !wanted.Contains(s.Version) && !_needed.Contains(s.Version)).OrderBy(s => s.Version, VersionName.Order)];
        foreach (VersionSlot slot in spare)
        {
            if (LoadedBytes(drained: true) + folder.Bytes <= limit)
            {
                break;
            }

            _slots.Remove(slot.Version);
            if (_default is not null)
            {
                Publish(Options);
            }

            Drain(slot);
        }
    }

    private long LoadedBytes(bool drained = false) =>
        _slots.Values.Sum(s => s.Folder.Bytes) + _replaced.Sum(s => s.Folder.Bytes) + (drained ? 0 : _draining.Where(s => !s.Unloaded.IsCompleted).Sum(s => s.Folder.Bytes));

    private void RetireExcept(HashSet<string> wanted)
    {
        VersionSlot[] unwanted = [.. _slots.Values.Where(s => !wanted.Contains(s.Version))];
        foreach (VersionSlot slot in unwanted)
        {
            _slots.Remove(slot.Version);
        }

        if (unwanted.Length > 0)
        {
            Publish(Options);
        }

        foreach (VersionSlot slot in unwanted.Concat(_replaced))
        {
            Drain(slot);
        }

        _replaced.Clear();
    }
}
