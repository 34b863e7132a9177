using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Inference.Versioning.Files;

/// <summary>Writes files that survive a loss of power once the folder that names them is flushed.</summary>
internal static partial class DurableFile
{
    private const int BufferBytes = 1 << 20;
    private const int ReadOnly = 0;
    private const int CloseOnExec = 0x80000;

    // File systems that do not flush directories answer this.
    private const int InvalidArgument = 22;

    /// <summary>Copies a regular file to a new one and flushes it.</summary>
    /// <returns>The SHA-256 of what was written, lower-case hexadecimal.</returns>
    /// <exception cref="IOException">It cannot be read or written, or the destination exists.</exception>
    public static async ValueTask<string> CopyAsync(string source, string destination, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        FileStream? from = RegularFile.OpenRead(source);
        var to = new FileStream(destination, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        await using (from)
        await using (to.ConfigureAwait(false))
        {
            byte[] buffer = new byte[Math.Clamp(from?.Length ?? 0, 1, BufferBytes)];
            int count;
            while (from is not null && (count = await from.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
            {
                hash.AppendData(buffer, 0, count);
                await WriteAsync(to, buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
            }

            to.Flush(flushToDisk: true);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Writes a new file and flushes it.</summary>
    /// <exception cref="IOException">It cannot be written, or it exists.</exception>
    public static async ValueTask WriteAsync(string path, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        var stream = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        await using (stream.ConfigureAwait(false))
        {
            await WriteAsync(stream, bytes, cancellationToken).ConfigureAwait(false);
            stream.Flush(flushToDisk: true);
        }
    }

    /// <summary>Flushes the names in a directory, on systems where that is necessary and possible.</summary>
    /// <exception cref="IOException">They cannot be written.</exception>
    public static void FlushDirectory(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        int descriptor = open(path, ReadOnly | CloseOnExec);
        if (descriptor < 0)
        {
            throw new IOException($"'{path}': {new Win32Exception(Marshal.GetLastPInvokeError()).Message}.");
        }

        try
        {
            if (fsync(descriptor) != 0 && Marshal.GetLastPInvokeError() is not InvalidArgument and var error)
            {
                throw new IOException($"'{path}': {new Win32Exception(error).Message}.");
            }
        }
        finally
        {
            _ = close(descriptor);
        }
    }

    // A file beyond the limit of the file system, or of the user, is told as an argument that is out of range.
    private static async ValueTask WriteAsync(FileStream stream, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            await stream.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
        }
        catch (ArgumentOutOfRangeException exception)
        {
            throw new IOException($"'{stream.Name}': {exception.Message}", exception);
        }
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fsync(int descriptor);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int close(int descriptor);
}
