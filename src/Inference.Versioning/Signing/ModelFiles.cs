using System.Security.Cryptography;
using Inference.Versioning.Files;

namespace Inference.Versioning.Signing;

/// <summary>Lists and hashes the files of a model, by the rules of OpenSSF Model Signing 1.0.</summary>
internal static class ModelFiles
{
    // Beyond the depth of any exporter, so that a folder cannot exhaust the stack or the time.
    private const int MaxDepth = 64;

    private static readonly string[] s_excluded = [".git", ".gitattributes", ".github", ".gitignore"];

    private static readonly EnumerationOptions s_everything = new() { AttributesToSkip = 0, IgnoreInaccessible = false, RecurseSubdirectories = false };

    /// <summary>Names at the top of a folder that are never covered.</summary>
    public static IReadOnlyList<string> Excluded => s_excluded;

    /// <summary>The files of a model folder, relative with <c>/</c>, ordered by code points.</summary>
    /// <param name="root">The folder.</param>
    /// <param name="ignored">Names that are left out, with all below them.</param>
    /// <param name="allowLinks">Whether symbolic links to files are followed.</param>
    /// <exception cref="FormatException">There is a symbolic link that is not allowed, or there are too many files or levels.</exception>
    /// <exception cref="IOException">The folder cannot be listed.</exception>
    public static IReadOnlyList<string> List(string root, IReadOnlyCollection<string> ignored, bool allowLinks)
    {
        var files = new List<string>();
        var open = new Stack<(DirectoryInfo Folder, string Prefix, int Depth)>();
        open.Push((new DirectoryInfo(root), "", 0));
        while (open.TryPop(out (DirectoryInfo Folder, string Prefix, int Depth) next))
        {
            foreach (FileSystemInfo entry in next.Folder.EnumerateFileSystemInfos("*", s_everything))
            {
                string name = next.Prefix + entry.Name;
                if (ResourceName.IsUnder(name, ignored))
                {
                    continue;
                }

                if (entry.LinkTarget is not null && (!allowLinks || RegularFile.Find(entry.FullName) is null))
                {
                    throw new FormatException($"'{name}' is a symbolic link{(allowLinks ? " to a folder, or to nothing" : "")}: expected files. Put the file itself there");
                }

                if (entry is DirectoryInfo folder && entry.LinkTarget is null)
                {
                    open.Push(next.Depth < MaxDepth ? (folder, name + '/', next.Depth + 1) : throw new FormatException($"expected folders at most {MaxDepth} deep, got more"));
                }
                else
                {
                    files.Add(name);
                    if (files.Count > StatementJson.MaxResources)
                    {
                        throw new FormatException($"expected at most {StatementJson.MaxResources} files, got more");
                    }
                }
            }
        }

        files.Sort(ResourceName.Order);
        return files;
    }

    /// <summary>The SHA-256 of a file, lower-case hexadecimal.</summary>
    public static async ValueTask<string> HashAsync(string path, CancellationToken cancellationToken)
    {
        FileStream? stream = RegularFile.OpenRead(path);
        if (stream is null)
        {
            return Convert.ToHexStringLower(SHA256.HashData([]));
        }

        await using (stream.ConfigureAwait(false))
        {
            return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken).ConfigureAwait(false));
        }
    }
}
