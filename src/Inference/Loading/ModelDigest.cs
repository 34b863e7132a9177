using System.Security.Cryptography;
using Inference.Onnx;

namespace Inference.Loading;

/// <summary>SHA-256 over a model's bytes and its external data (including that of subgraphs, functions and attributes), in the order in which the file refers to it: over the bytes that are run, not over a second reading of the files.</summary>
internal static class ModelDigest
{
    // Bytes between two checks of the deadline: about 50 µs of hashing.
    private const int ChunkBytes = 1 << 16;

    public static string Of(OnnxModel model, RunControl control)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (ReadOnlyMemory<byte> rest = model.SourceBytes; !rest.IsEmpty; rest = rest[Math.Min(ChunkBytes, rest.Length)..])
        {
            control.ThrowIfStopped();
            hash.AppendData(rest.Span[..Math.Min(ChunkBytes, rest.Length)]);
        }

        foreach (OnnxTensor tensor in model.GetTensors())
        {
            if (tensor.HasExternalData)
            {
                long bytes = tensor.ByteCount;
                for (long start = 0; start < bytes; start += ChunkBytes)
                {
                    control.ThrowIfStopped();
                    hash.AppendData(tensor.GetBytes(start, (int)Math.Min(ChunkBytes, bytes - start)).Span);
                }
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
