using System.Security.Cryptography;
using Inference.Security;
using Microsoft.AspNetCore.DataProtection;

namespace Inference.AspNetCore.Security;

/// <summary>Wraps data keys by ASP.NET Core's data protection, whose key ring rotates its keys.</summary>
internal sealed class DataProtectionKeyProvider(IDataProtectionProvider provider) : IModelKeyProvider
{
    // The ring chooses its key, and finds it again from what it returned.
    private const string KeyId = "data-protection";

    public ValueTask<WrappedKey> WrapAsync(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> context, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        byte[] copy = key.ToArray();
        try
        {
            return new(new WrappedKey(KeyId, Protector(context).Protect(copy)));
        }
        catch (CryptographicException exception)
        {
            throw new KeyException($"Data protection: the data key cannot be encrypted: {exception.Message}", exception);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(copy);
        }
    }

    public ValueTask<byte[]> UnwrapAsync(WrappedKey key, ReadOnlyMemory<byte> context, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        cancellationToken.ThrowIfCancellationRequested();
        if (key.KeyId != KeyId)
        {
            throw new KeyException($"Data protection: expected a data key that it encrypted, got one of the key '{key.KeyId}'. Give the provider of that key, or both in a key ring.");
        }

        try
        {
            return new(Protector(context).Unprotect(key.Bytes.ToArray()));
        }
        catch (CryptographicException exception)
        {
            throw new KeyException("Data protection: the data key was not encrypted with a key of this ring for this use, or was changed. Share the key ring between the machines, and keep expired keys.", exception);
        }
    }

    private IDataProtector Protector(ReadOnlyMemory<byte> context) => provider.CreateProtector("Inference.ModelKeys.v1", Convert.ToHexStringLower(context.Span));
}
