using System.Security.Cryptography;
using System.Text;

namespace Inference.Onnx.Tests.Encryption;

/// <summary>Wraps data keys by AES-256-GCM, with the id and the context authenticated.</summary>
internal sealed class TestKey(string id)
{
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);

    /// <summary>The last data key that was wrapped or unwrapped.</summary>
    public byte[]? Last { get; private set; }

    public ValueTask<EncryptedModelKey> WrapAsync(ReadOnlyMemory<byte> dataKey, ReadOnlyMemory<byte> context, CancellationToken cancellationToken)
    {
        Last = dataKey.ToArray();
        var wrapped = new byte[12 + 32 + 16];
        RandomNumberGenerator.Fill(wrapped.AsSpan(0, 12));
        using var cipher = new AesGcm(_key, 16);
        cipher.Encrypt(wrapped.AsSpan(0, 12), dataKey.Span, wrapped.AsSpan(12, 32), wrapped.AsSpan(44), [.. Encoding.UTF8.GetBytes(id), .. context.Span]);
        return new(new EncryptedModelKey(id, wrapped, context));
    }

    public byte[] Unwrap(EncryptedModelKey key)
    {
        var bytes = key.Wrapped.Span;
        if (key.KeyId != id || bytes.Length != 60)
        {
            throw new OnnxFormatException("not this key");
        }

        var dataKey = new byte[32];
        using var cipher = new AesGcm(_key, 16);
        try
        {
            cipher.Decrypt(bytes[..12], bytes[12..44], bytes[44..], dataKey, [.. Encoding.UTF8.GetBytes(id), .. key.Context.Span]);
        }
        catch (CryptographicException exception)
        {
            throw new OnnxFormatException("not this key", exception);
        }

        return Last = dataKey;
    }
}
