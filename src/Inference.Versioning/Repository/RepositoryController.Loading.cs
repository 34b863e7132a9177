using Inference.Versioning.Folders;
using Inference.Versioning.Leasing;
using Inference.Versioning.Loading;
using Inference.Versioning.Telemetry;

namespace Inference.Versioning.Repository;

internal sealed partial class RepositoryController
{
    /// <summary>Returns the loaded version, loading it if necessary. Null if it does not exist or does not pass; the copy loaded before its files changed is then kept.</summary>
    private async ValueTask<VersionSlot?> TryLoadAsync(string version, bool now, HashSet<string> wanted, CancellationToken cancellationToken)
    {
        _slots.TryGetValue(version, out VersionSlot? loaded);
        if (_folders.FirstOrDefault(f => f.Version == version) is not { } folder)
        {
            VersioningLog.Missing(_setup.Logger, ModelName, version);
            return loaded;
        }

        if (loaded?.Folder.Stamp == folder.Stamp)
        {
            return loaded;
        }

        if (!now && _failed.TryGetValue(version, out FailedLoad? failed) && failed.Stamp == folder.Stamp && _setup.Clock.GetUtcNow() < failed.RetryAt)
        {
            return loaded;
        }

        try
        {
            return await LoadAsync(folder, wanted, cancellationToken).ConfigureAwait(false);
        }
        catch (VersionRefusedException exception)
        {
            Refuse(folder, exception);
            return loaded;
        }
    }

    /// <summary>Loads a version beside the others and registers it.</summary>
    /// <exception cref="VersionRefusedException">A gate failed.</exception>
    private async ValueTask<VersionSlot> LoadAsync(VersionFolder folder, HashSet<string> wanted, CancellationToken cancellationToken)
    {
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token);
        await MakeRoomAsync(folder, wanted, linked.Token).ConfigureAwait(false);
        ModelSignature? reference = _default is not null ? ModelSignature.Of(_default.Info) : _store.Current.Signature;
        IModelRunner runner = await _loader.LoadAsync(folder, Options, reference, linked.Token).ConfigureAwait(false);
        var slot = new VersionSlot(folder, runner, OnUnloaded);
        _instruments.Loaded(slot, 1);
        _instruments.Load(folder.Version, null);
        VersioningLog.Loaded(_setup.Logger, ModelName, folder.Version);
        _failed.Remove(folder.Version);
        if (_slots.Remove(folder.Version, out VersionSlot? before))
        {
            // New files under the same name. Calls that hold the old copy finish on it; it is retired once the table no longer refers to it.
            _replaced.Add(before);
        }

        _slots[folder.Version] = slot;
        return slot;
    }

    private void Refuse(VersionFolder folder, VersionRefusedException exception)
    {
        _failed.TryGetValue(folder.Version, out FailedLoad? before);
        bool again = before?.Stamp == folder.Stamp;
        int attempts = again ? before!.Attempts + 1 : 1;
        TimeSpan wait = Options.RetryFailedAfter * (1 << Math.Min(attempts - 1, 5));
        _failed[folder.Version] = new FailedLoad(folder.Stamp, exception.Gate, exception.Message, exception, attempts, _setup.Clock.GetUtcNow() + wait);
        _instruments.Load(folder.Version, exception.Gate);
        VersioningLog.Refused(_setup.Logger, ModelName, folder.Version, exception.Gate, exception.Message, wait);
        if (!again)
        {
            _store.Note(_store.Entry("refused", folder.Version, null, "policy", exception.Message));
        }
    }

    private bool Fits(string version, HashSet<string> wanted, VersioningOptions options)
    {
        long bytes = _folders.FirstOrDefault(f => f.Version == version)?.Bytes ?? 0;
        return bytes <= options.MaxLoadedBytes - wanted.Sum(v => _slots.TryGetValue(v, out VersionSlot? slot) ? slot.Folder.Bytes : 0);
    }

    /// <summary>Unloads versions kept by KeepLatest, oldest first, and waits for old ones to drain, until the new one fits.</summary>
    private async ValueTask MakeRoomAsync(VersionFolder folder, HashSet<string> wanted, CancellationToken cancellationToken)
    {
        long limit = Options.MaxLoadedBytes;
        if (LoadedBytes() + folder.Bytes <= limit)
        {
            return;
        }

        VersionSlot[] spare = [.. _slots.Values.Where(s => s != _default && s != _trial?.Slot && !wanted.Contains(s.Version)).OrderBy(s => s.Version, VersionName.Order)];
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

        if (LoadedBytes(drained: true) + folder.Bytes <= limit)
        {
            await DrainAsync(folder.Bytes, limit, cancellationToken).ConfigureAwait(false);
        }

        if (LoadedBytes() + folder.Bytes > limit)
        {
            throw new VersionRefusedException(
                $"Model '{ModelName}', version '{folder.Version}': expected room for {folder.Bytes} bytes within MaxLoadedBytes = {limit}, got {LoadedBytes()} bytes in use by versions that serve or drain. Raise MaxLoadedBytes, or keep fewer versions.",
                folder.Version, VersionGate.Budget);
        }
    }

    private async ValueTask DrainAsync(long needed, long limit, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(Options.DrainTimeout, _setup.Clock);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            while (LoadedBytes() + needed > limit)
            {
                // A version unloaded in between leaves nothing to wait for: check again.
                Task[] open = [.. _draining.Select(s => s.Unloaded).Where(t => !t.IsCompleted)];
                if (open.Length > 0)
                {
                    await Task.WhenAny(open).WaitAsync(linked.Token).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The time has passed; the caller checks how much is free.
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
