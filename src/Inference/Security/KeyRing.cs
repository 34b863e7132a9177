namespace Inference.Security;

/// <summary>Several providers: the first wraps; each in turn is asked to unwrap until one can.</summary>
internal sealed class KeyRing(IReadOnlyList<IModelKeyProvider> providers) : IModelKeyProvider
{
    public ValueTask<WrappedKey> WrapAsync(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> context, CancellationToken cancellationToken = default) =>
        providers[0].WrapAsync(key, context, cancellationToken);

    public async ValueTask<byte[]> UnwrapAsync(WrappedKey key, ReadOnlyMemory<byte> context, CancellationToken cancellationToken = default)
    {
        var problems = new List<string>();
        foreach (IModelKeyProvider provider in providers)
        {
            try
            {
                return await provider.UnwrapAsync(key, context, cancellationToken).ConfigureAwait(false);
            }
            catch (KeyException exception)
            {
                problems.Add(exception.Message);
            }
        }

        throw new KeyException($"None of {providers.Count} key providers has the key '{key.KeyId}' for this use: {string.Join(" ", problems)}");
    }
}
