using System.Security.Cryptography;
using System.Text;
using Inference.Security;

namespace Inference.TestSupport;

/// <summary>A provider whose key is made of its name: the same name gives the same key.</summary>
/// <param name="name">The name, also the key's id.</param>
public sealed class TestKeyProvider(string name) : IModelKeyProvider
{
    private readonly byte[] _key = SHA256.HashData(Encoding.UTF8.GetBytes(name));

    /// <inheritdoc/>
    public ValueTask<WrappedKey> WrapAsync(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> context, CancellationToken cancellationToken = default)
    {
        var wrapped = new byte[12 + key.Length + 16];
        RandomNumberGenerator.Fill(wrapped.AsSpan(0, 12));
        using var cipher = new AesGcm(_key, 16);
        cipher.Encrypt(wrapped.AsSpan(0, 12), key.Span, wrapped.AsSpan(12, key.Length), wrapped.AsSpan(12 + key.Length), context.Span);
        return new ValueTask<WrappedKey>(new WrappedKey(name, wrapped));
    }

    /// <inheritdoc/>
    public ValueTask<byte[]> UnwrapAsync(WrappedKey key, ReadOnlyMemory<byte> context, CancellationToken cancellationToken = default)
    {
        ReadOnlySpan<byte> wrapped = key.Bytes.Span;
        if (key.KeyId != name || wrapped.Length < 28)
        {
            throw new KeyException($"Expected a key of '{name}', got one of '{key.KeyId}'.");
        }

        var plain = new byte[wrapped.Length - 28];
        using var cipher = new AesGcm(_key, 16);
        try
        {
            cipher.Decrypt(wrapped[..12], wrapped[12..^16], wrapped[^16..], plain, context.Span);
        }
        catch (AuthenticationTagMismatchException exception)
        {
            throw new KeyException("The wrapped key was changed.", exception);
        }

        return new ValueTask<byte[]>(plain);
    }
}
