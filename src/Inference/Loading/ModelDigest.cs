using System.Security.Cryptography;
using Inference.Onnx;

namespace Inference.Loading;

/// <summary>SHA-256 over a model's bytes and its external data, in the order the file names them.</summary>
internal static class ModelDigest
{
    private const int ChunkBytes = 1 << 20;

    public static string Of(ModelSource source, OnnxModel model)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        if (source.ResolveFile() is { } file)
        {
            using FileStream stream = File.OpenRead(file);
            var buffer = new byte[ChunkBytes];
            int read;
            while ((read = stream.Read(buffer)) > 0)
            {
                hash.AppendData(buffer, 0, read);
            }
        }
        else
        {
            hash.AppendData(source.Content.Span);
        }

        foreach (OnnxTensor tensor in model.Graph.Initializers)
        {
            if (tensor.HasExternalData)
            {
                long bytes = tensor.ByteCount;
                for (long start = 0; start < bytes; start += ChunkBytes)
                {
                    hash.AppendData(tensor.GetBytes(start, (int)Math.Min(ChunkBytes, bytes - start)).Span);
                }
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
