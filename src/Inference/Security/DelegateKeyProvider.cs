namespace Inference.Security;

/// <summary>Wraps data keys by two functions.</summary>
internal sealed class DelegateKeyProvider(
    Func<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>, CancellationToken, ValueTask<WrappedKey>> wrap,
    Func<WrappedKey, ReadOnlyMemory<byte>, CancellationToken, ValueTask<byte[]>> unwrap) : IModelKeyProvider
{
    public ValueTask<WrappedKey> WrapAsync(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> context, CancellationToken cancellationToken = default) => wrap(key, context, cancellationToken);

    public ValueTask<byte[]> UnwrapAsync(WrappedKey key, ReadOnlyMemory<byte> context, CancellationToken cancellationToken = default) => unwrap(key, context, cancellationToken);
}
