namespace Inference.Versioning.Files;

/// <summary>Opens only regular files of a repository: opening a pipe waits for a writer, and reading a device may never end.</summary>
internal static class RegularFile
{
    /// <summary>Returns the file at a path, following links; null if there is none. Pipes, devices and sockets have length 0.</summary>
    /// <exception cref="IOException">The links form a cycle.</exception>
    public static FileInfo? Find(string path)
    {
        FileSystemInfo? file = new FileInfo(path);
        if (file.LinkTarget is not null)
        {
            file = file.ResolveLinkTarget(returnFinalTarget: true);
        }

        return file is FileInfo { Exists: true } found ? found : null;
    }

    /// <summary>Opens a file for reading; returns null without opening it if its length is 0.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public static FileStream? OpenRead(string path)
    {
        FileInfo file = Find(path) ?? throw new FileNotFoundException($"Expected a file '{path}', found none.", path);
        return file.Length == 0 ? null : new FileStream(file.FullName, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
    }
}
