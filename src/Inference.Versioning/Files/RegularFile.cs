namespace Inference.Versioning.Files;

/// <summary>Opens files of a repository that are files: opening a pipe waits for a writer, reading a device may never end.</summary>
internal static class RegularFile
{
    /// <summary>The file at a path, links followed; null if there is none. Pipes, devices and sockets have no length and count as empty files.</summary>
    /// <exception cref="IOException">Links form a circle.</exception>
    public static FileInfo? Find(string path)
    {
        FileSystemInfo? file = new FileInfo(path);
        if (file.LinkTarget is not null)
        {
            file = file.ResolveLinkTarget(returnFinalTarget: true);
        }

        return file is FileInfo { Exists: true } found ? found : null;
    }

    /// <summary>Opens a file for reading; null if it has no content, in which case it is not opened.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public static FileStream? OpenRead(string path)
    {
        FileInfo file = Find(path) ?? throw new FileNotFoundException($"Expected a file '{path}', found none.", path);
        return file.Length == 0 ? null : new FileStream(file.FullName, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
    }
}
