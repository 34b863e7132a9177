using System.Security.Cryptography;
using Inference.Onnx;

namespace Inference.Optimization.Graphs;

/// <summary>What identifies a model: its bytes and those of its external weights.</summary>
internal static class ModelIdentity
{
    // Bytes hashed at once, so that weights of any size take little memory.
    private const int ChunkBytes = 1 << 20;

    /// <summary>SHA-256 over the bytes that the model was read from (its encoding if it was made in memory), then over each tensor with external data, in the order in which the model refers to them.</summary>
    public static string Digest(OnnxModel model)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        if (model.SourceBytes.IsEmpty)
        {
            return Convert.ToHexStringLower(SHA256.HashData(model.ToArray()));
        }

        hash.AppendData(model.SourceBytes.Span);
        foreach (OnnxTensor tensor in model.GetTensors().Where(static t => t.HasExternalData))
        {
            for (long start = 0; start < tensor.ByteCount; start += ChunkBytes)
            {
                hash.AppendData(tensor.GetBytes(start, (int)Math.Min(ChunkBytes, tensor.ByteCount - start)).Span);
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
