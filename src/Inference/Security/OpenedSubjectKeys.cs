namespace Inference.Security;

/// <summary>Keys of a folder that is opened by the first use; a failure is that use's, and the next one tries again. Thread-safe.</summary>
internal sealed class OpenedSubjectKeys(string folder, IModelKeyProvider keys) : ISubjectKeys, IDisposable
{
    private readonly SemaphoreSlim _opening = new(1);
    private SubjectKeys? _opened;
    private int _disposed;

    public async ValueTask EnsureAsync(IReadOnlyCollection<DataOwner> owners, CancellationToken cancellationToken = default) =>
        await (await OpenAsync(cancellationToken).ConfigureAwait(false)).EnsureAsync(owners, cancellationToken).ConfigureAwait(false);

    public async ValueTask<byte[]> ProtectAsync(DataOwner owner, ReadOnlyMemory<byte> context, ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default) =>
        await (await OpenAsync(cancellationToken).ConfigureAwait(false)).ProtectAsync(owner, context, data, cancellationToken).ConfigureAwait(false);

    public async ValueTask<byte[]?> ProtectLikeAsync(ReadOnlyMemory<byte> entry, ReadOnlyMemory<byte> context, ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default) =>
        await (await OpenAsync(cancellationToken).ConfigureAwait(false)).ProtectLikeAsync(entry, context, data, cancellationToken).ConfigureAwait(false);

    public async ValueTask<byte[]?> UnprotectAsync(ReadOnlyMemory<byte> context, ReadOnlyMemory<byte> entry, CancellationToken cancellationToken = default) =>
        await (await OpenAsync(cancellationToken).ConfigureAwait(false)).UnprotectAsync(context, entry, cancellationToken).ConfigureAwait(false);

    public async ValueTask<bool> DestroyAsync(DataOwner owner, CancellationToken cancellationToken = default) =>
        await (await OpenAsync(cancellationToken).ConfigureAwait(false)).DestroyAsync(owner, cancellationToken).ConfigureAwait(false);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _opened?.Dispose();
        }
    }

    private ValueTask<SubjectKeys> OpenAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        return Volatile.Read(ref _opened) is { } opened ? new ValueTask<SubjectKeys>(opened) : OpenOnceAsync(cancellationToken);
    }

    private async ValueTask<SubjectKeys> OpenOnceAsync(CancellationToken cancellationToken)
    {
        await _opening.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return _opened ??= await SubjectKeys.OpenAsync(folder, keys, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _opening.Release();
        }
    }
}
