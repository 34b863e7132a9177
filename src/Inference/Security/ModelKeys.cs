using System.Text;

namespace Inference.Security;

/// <summary>Makes key providers. A key is 32 bytes, or their 64 hexadecimal digits, or their base64 text; <c>openssl rand -base64 32</c> makes one. 32 bytes that are all printable text are rejected: they are a password, not a key.</summary>
public static class ModelKeys
{
    // Of a key in any form, with white space around it.
    private const int MostBytes = 4096;

    /// <summary>A key in a file, read for each use.</summary>
    /// <param name="path">The file.</param>
    /// <param name="keyId">The key's id; null, the default, for one that the key determines.</param>
    /// <param name="requirePrivate">Whether a file that other users may read, or its group or others may write, is rejected; true by default. Not checked on Windows.</param>
    public static IModelKeyProvider FromFile(string path, string? keyId = null, bool requirePrivate = true)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new LocalKeyProvider(() => ReadFile(path, keyId, requirePrivate), $"Key file '{path}'");
    }

    /// <summary>A key in an environment variable, read for each use. Child processes inherit the environment, and on Linux other processes of the same user can read it: prefer a file.</summary>
    /// <param name="variable">The variable.</param>
    /// <param name="keyId">The key's id; null, the default, for one that the key determines.</param>
    public static IModelKeyProvider FromEnvironment(string variable, string? keyId = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(variable);
        string where = $"Environment variable '{variable}'";
        return new LocalKeyProvider(
            () => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text
                ? LocalKey.Parse(Encoding.UTF8.GetBytes(text.Trim()), keyId, where)
                : throw new KeyException($"{where}: expected a key, got none. Set the variable."),
            where);
    }

    /// <summary>Keys of a key management service, or of anything else.</summary>
    /// <param name="wrap">Encrypts a data key; see <see cref="IModelKeyProvider.WrapAsync"/>.</param>
    /// <param name="unwrap">Decrypts a data key; see <see cref="IModelKeyProvider.UnwrapAsync"/>.</param>
    public static IModelKeyProvider FromDelegates(
        Func<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>, CancellationToken, ValueTask<WrappedKey>> wrap,
        Func<WrappedKey, ReadOnlyMemory<byte>, CancellationToken, ValueTask<byte[]>> unwrap)
    {
        ArgumentNullException.ThrowIfNull(wrap);
        ArgumentNullException.ThrowIfNull(unwrap);
        return new DelegateKeyProvider(wrap, unwrap);
    }

    /// <summary>Several providers, for the time in which keys are rotated: the first one encrypts; decryption asks each in turn.</summary>
    /// <param name="providers">The providers, the current one first; at least one.</param>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static IModelKeyProvider Ring(params IReadOnlyList<IModelKeyProvider> providers)
    {
        ArgumentNullException.ThrowIfNull(providers);
        return providers.Count > 0 ? new KeyRing([.. providers]) : throw new ArgumentException("Expected at least one key provider, got none.", nameof(providers));
    }

    private static LocalKey ReadFile(string path, string? id, bool requirePrivate)
    {
        string where = $"Key file '{path}'";
        try
        {
            var file = new FileInfo(path);
            file = file.LinkTarget is null ? file : file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
            if (!file.Exists || file.Length is 0 or > MostBytes)
            {
                throw new KeyException($"{where}: expected a file of 1 to {MostBytes} bytes, got {(file.Exists ? $"{file.Length} bytes" : "none")}. Check the path.");
            }

            using var stream = new FileStream(file.FullName, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            if (requirePrivate && !OperatingSystem.IsWindows())
            {
                UnixFileMode mode = File.GetUnixFileMode(stream.SafeFileHandle);
                if ((mode & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite | UnixFileMode.OtherRead)) != 0)
                {
                    throw new KeyException($"{where}: expected a file that only its owner can read and write, got mode {Convert.ToString((int)mode & 0x1FF, 8)}. Run: chmod 600 '{path}'");
                }
            }

            var content = new byte[checked((int)Math.Min(stream.Length, MostBytes))];
            stream.ReadExactly(content);
            return LocalKey.Parse(content, id, where);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new KeyException($"{where}: expected a key, got: {exception.Message}", exception);
        }
    }
}
