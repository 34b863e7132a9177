using System.Buffers;
using System.Security.Cryptography;
using Inference.Onnx;

namespace Inference.Loading;

/// <summary>SHA-256 over a model's bytes and its external data (of inner graphs, functions and attributes too), in the order the file names them.</summary>
internal static class ModelDigest
{
    private const int ChunkBytes = 1 << 16;

    public static string Of(ModelSource source, OnnxModel model, RunControl control)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        if (source.ResolveFile() is { } file && model.SourceBytes.Length >= ChunkBytes)
        {
            // Read, not taken from the mapping: touching every page would make all of the file resident.
            AppendFile(hash, file, control);
        }
        else
        {
            hash.AppendData(model.SourceBytes.Span);
        }

        foreach (OnnxTensor tensor in model.AllTensors())
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

    private static void AppendFile(IncrementalHash hash, string file, RunControl control)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
            int read;
            while ((read = stream.Read(buffer)) > 0)
            {
                control.ThrowIfStopped();
                hash.AppendData(buffer, 0, read);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
