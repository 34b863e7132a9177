using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Inference.Versioning.Manifest;

namespace Inference.Versioning.Folders;

/// <summary>Lists the versions of a repository directory. Reads names, lengths, times and manifests, never models.</summary>
internal sealed class RepositoryScanner(string root)
{
    // Manifests are parsed again only when the version's stamp changed.
    private readonly Dictionary<string, VersionFolder> _last = new(StringComparer.Ordinal);

    /// <summary>Lists the versions, newest first. A version whose files vanish during the listing is omitted.</summary>
    /// <exception cref="ModelLoadException">The repository directory does not exist or cannot be listed.</exception>
    public IReadOnlyList<VersionFolder> Scan()
    {
        var found = new List<VersionFolder>();
        try
        {
            foreach (string directory in Directory.EnumerateDirectories(root))
            {
                string version = Path.GetFileName(directory);
                if (VersionName.IsValid(version) && File.Exists(Path.Combine(directory, VersionFolder.ModelFile)) && TryRead(version, directory) is { } folder)
                {
                    found.Add(folder);
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ModelLoadException($"Repository '{root}': expected a readable directory with one subdirectory per version, got an error: {exception.Message} Create the directory, or correct the source.", exception);
        }

        _last.Clear();
        foreach (VersionFolder folder in found)
        {
            _last[folder.Version] = folder;
        }

        found.Sort((a, b) => VersionName.Order.Compare(b.Version, a.Version));
        return found;
    }

    private VersionFolder? TryRead(string version, string directory)
    {
        try
        {
            (string stamp, long bytes) = Stamp(directory);
            return _last.TryGetValue(version, out VersionFolder? known) && known.Stamp == stamp
                ? known
                : new VersionFolder(version, directory, stamp, bytes, ManifestReader.TryReadLabels(directory));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static (string Stamp, long Bytes) Stamp(string directory)
    {
        long bytes = 0;
        var text = new StringBuilder();
        foreach (FileInfo file in new DirectoryInfo(directory).EnumerateFiles("*", SearchOption.AllDirectories).OrderBy(f => f.FullName, StringComparer.Ordinal))
        {
            string name = Path.GetRelativePath(directory, file.FullName);
            text.Append(CultureInfo.InvariantCulture, $"{name}\0{file.Length}\0{file.LastWriteTimeUtc.Ticks}\0");
            bytes += name == VersionFolder.ManifestFile ? 0 : file.Length;
        }

        return (Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())).AsSpan(0, 16)), bytes);
    }
}
