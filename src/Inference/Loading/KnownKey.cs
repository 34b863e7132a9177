using System.Security.Cryptography;
using Inference.Onnx;

namespace Inference.Loading;

/// <summary>A data key that was unwrapped before the file is read. Zeroed on dispose.</summary>
internal sealed class KnownKey(EncryptedModelKey key, byte[] dataKey) : IDisposable
{
    /// <summary>A copy of the data key; null if the file has another by now.</summary>
    public byte[]? CopyFor(EncryptedModelKey other) =>
        other.KeyId == key.KeyId && other.Wrapped.Span.SequenceEqual(key.Wrapped.Span) && other.Context.Span.SequenceEqual(key.Context.Span) ? dataKey.AsSpan().ToArray() : null;

    public void Dispose() => CryptographicOperations.ZeroMemory(dataKey);
}
