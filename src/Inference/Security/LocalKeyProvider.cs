namespace Inference.Security;

/// <summary>Wraps data keys with a key that is read for each use and zeroed afterwards, so that it stays in memory only briefly and a replaced one is noticed.</summary>
/// <param name="read">Reads the key.</param>
/// <param name="where">Where it comes from, for messages.</param>
internal sealed class LocalKeyProvider(Func<LocalKey> read, string where) : IModelKeyProvider
{
    public ValueTask<WrappedKey> WrapAsync(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> context, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using LocalKey own = read();
        return new(own.Wrap(key.Span, context.Span));
    }

    public ValueTask<byte[]> UnwrapAsync(WrappedKey key, ReadOnlyMemory<byte> context, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        cancellationToken.ThrowIfCancellationRequested();
        using LocalKey own = read();
        return new(own.Unwrap(key, context.Span, where));
    }
}
