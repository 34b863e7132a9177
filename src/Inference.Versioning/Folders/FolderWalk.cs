using Inference.Versioning.Files;
using System.Diagnostics;

namespace Inference.Versioning.Folders;

/// <summary>Lists the files of a version within limits, so that the content of one directory cannot delay the others. Links to directories are not followed.</summary>
internal static class FolderWalk
{
    // A version is a model, its external data and a manifest; models with a file for each tensor have some thousands.
    private const int MaxFiles = 10_000;

    // Exporters nest external data one or two directories deep.
    private const int MaxDepth = 16;

    // Listing the most files allowed takes some 50 ms on a local disk; this leaves room for a slow network.
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(5);

    private static readonly EnumerationOptions s_everything = new() { AttributesToSkip = 0, IgnoreInaccessible = false, RecurseSubdirectories = false };

    /// <summary>The files, by name relative to the directory, in ordinal order.</summary>
    /// <exception cref="FolderLimitException">The directory exceeds a limit.</exception>
    /// <exception cref="IOException">It cannot be listed.</exception>
    public static IReadOnlyList<(string Name, FileInfo File)> Files(string directory)
    {
        long start = Stopwatch.GetTimestamp();
        var files = new List<(string, FileInfo)>();
        var open = new Stack<(DirectoryInfo Directory, int Depth)>();
        open.Push((new DirectoryInfo(directory), 0));
        while (open.TryPop(out (DirectoryInfo Directory, int Depth) next))
        {
            foreach (FileSystemInfo entry in next.Directory.EnumerateFileSystemInfos("*", s_everything))
            {
                if (Stopwatch.GetElapsedTime(start) > s_longest)
                {
                    throw new FolderLimitException($"expected a directory that is listed within {s_longest.TotalSeconds} s, got one that takes longer.");
                }

                if (entry is DirectoryInfo inner)
                {
                    if (inner.LinkTarget is null)
                    {
                        open.Push(next.Depth < MaxDepth ? (inner, next.Depth + 1) : throw new FolderLimitException($"expected directories at most {MaxDepth} deep, got more."));
                    }
                }
                else if (RegularFile.Find(entry.FullName) is { } file)
                {
                    files.Add((Path.GetRelativePath(directory, entry.FullName), file));
                    if (files.Count > MaxFiles)
                    {
                        throw new FolderLimitException($"expected at most {MaxFiles} files, got more.");
                    }
                }
            }
        }

        files.Sort(static (a, b) => string.CompareOrdinal(a.Item1, b.Item1));
        return files;
    }
}
