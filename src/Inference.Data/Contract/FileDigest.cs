using System.Security.Cryptography;

namespace Inference.Data.Contract;

/// <summary>What identifies a file's content: SHA-256 in lower-case hexadecimal.</summary>
internal static class FileDigest
{
    /// <exception cref="DataException">The file cannot be read.</exception>
    public static string Of(params IEnumerable<string> paths)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[1 << 16];
        foreach (string path in paths)
        {
            using FileStream stream = Open(path);
            for (int read = stream.Read(buffer); read > 0; read = stream.Read(buffer))
            {
                hash.AppendData(buffer, 0, read);
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Opens a file to read it forward.</summary>
    /// <exception cref="DataException">The file cannot be read.</exception>
    public static FileStream Open(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{path}: expected a readable file, got: {exception.Message} Check the path.", exception);
        }
    }
}
