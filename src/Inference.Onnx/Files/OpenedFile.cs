using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Inference.Onnx.Files;

/// <summary>What was opened, as the system says: a path that was checked may lead to another file when it is opened.</summary>
internal static unsafe partial class OpenedFile
{
    private const int EmptyPath = 0x1000;
    private const uint LinksAndMode = 0x6;

    // struct statx of Linux, the same on every architecture: 256 bytes; stx_nlink at 16, stx_mode at 28.
    private const int StatBytes = 256;
    private const int LinksAt = 16;
    private const int ModeAt = 28;
    private const int KindMask = 0xF000;
    private const int Regular = 0x8000;

    /// <summary>Refuses a file that is not regular, has other names by hard links, or is not the one at the path.</summary>
    /// <param name="handle">The opened file.</param>
    /// <param name="path">The path it was opened by, with all links followed.</param>
    /// <param name="allowHardLinks">Whether it may have other names.</param>
    /// <exception cref="IOException">It is refused.</exception>
    /// <remarks>On Linux. Elsewhere the checks of the path remain.</remarks>
    public static void Check(SafeFileHandle handle, string path, bool allowHardLinks)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        var descriptor = (int)handle.DangerousGetHandle();
        if (new FileInfo($"/proc/self/fd/{descriptor}").LinkTarget is { } actual && actual != path)
        {
            throw new IOException($"the path was '{path}' when it was checked and is '{actual}' when it is opened; it was exchanged for a link or another file.");
        }

        var stat = stackalloc byte[StatBytes];
        try
        {
            if (Statx(descriptor, "", EmptyPath, LinksAndMode, stat) != 0)
            {
                return;
            }
        }
        catch (Exception e) when (e is EntryPointNotFoundException or DllNotFoundException)
        {
            // A C library without statx.
            return;
        }

        if ((*(ushort*)(stat + ModeAt) & KindMask) != Regular)
        {
            throw new IOException($"'{path}' is not a regular file.");
        }

        if (!allowHardLinks && *(uint*)(stat + LinksAt) > 1)
        {
            throw new IOException($"'{path}' is a hard link: the file has {*(uint*)(stat + LinksAt)} names, of which others may lie outside the model's folder. Copy the file, or set AllowHardLinks if you trust it.");
        }
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int directory, string path, int flags, uint mask, byte* stat);
}
