using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Inference.Versioning.Folders;

/// <summary>Lists the versions of a repository directory. Reads names, lengths, times and manifests, never models.</summary>
/// <param name="root">The repository.</param>
/// <param name="read">Reads what the manifest of a version's directory states, if it is trusted.</param>
internal sealed class RepositoryScanner(string root, Func<string, VersionFacts> read)
{
    // Manifests are parsed again only when the version's stamp changed.
    private readonly Dictionary<string, VersionFolder> _last = new(StringComparer.Ordinal);

    // Repositories have tens of versions; more than this is another directory, given by mistake.
    private const int MaxVersions = 10_000;

    private int _isStale;

    /// <summary>Reads all manifests again at the next listing: which ones are trusted has changed.</summary>
    public void Distrust() => Volatile.Write(ref _isStale, 1);

    /// <summary>The versions that the last listing ignored because of the content of their directories, with the reason.</summary>
    public IReadOnlyDictionary<string, string> SetAside { get; private set; } = new Dictionary<string, string>();

    /// <summary>Lists the versions, newest first. A version whose files vanish during the listing is omitted.</summary>
    /// <remarks>Limits apply to each directory separately: one that exceeds them is ignored, and the others are listed.</remarks>
    /// <exception cref="ModelLoadException">The repository directory does not exist, cannot be listed, or has too many directories.</exception>
    public IReadOnlyList<VersionFolder> Scan()
    {
        if (Interlocked.Exchange(ref _isStale, 0) != 0)
        {
            _last.Clear();
        }

        var found = new List<VersionFolder>();
        var aside = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            foreach (string directory in Directory.EnumerateDirectories(root))
            {
                string version = Path.GetFileName(directory);
                if (VersionName.IsValid(version) && File.Exists(Path.Combine(directory, VersionFolder.ModelFile)) && TryRead(version, directory, aside) is { } folder)
                {
                    found.Add(folder);
                    if (found.Count > MaxVersions)
                    {
                        throw new ModelLoadException($"Repository '{root}': expected at most {MaxVersions} versions, got more. Correct the source, or delete old versions.");
                    }
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ModelLoadException($"Repository '{root}': expected a readable directory with one subdirectory per version, got an error: {exception.Message} Create the directory, or correct the source.", exception);
        }

        SetAside = aside;
        _last.Clear();
        foreach (VersionFolder folder in found)
        {
            _last[folder.Version] = folder;
        }

        found.Sort((a, b) => VersionName.Order.Compare(b.Version, a.Version));
        return found;
    }

    private VersionFolder? TryRead(string version, string directory, Dictionary<string, string> aside)
    {
        try
        {
            (string stamp, long bytes) = Stamp(directory);
            if (_last.TryGetValue(version, out VersionFolder? known) && known.Stamp == stamp)
            {
                return known;
            }

            VersionFacts facts = read(directory);
            return new VersionFolder(version, directory, stamp, bytes, facts.Labels, facts.Lineage);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            // Deleted since it was listed.
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FolderLimitException)
        {
            aside[version] = exception.Message;
            return null;
        }
    }

    private static (string Stamp, long Bytes) Stamp(string directory)
    {
        long bytes = 0;
        var text = new StringBuilder();
        foreach ((string name, FileInfo file) in FolderWalk.Files(directory))
        {
            text.Append(CultureInfo.InvariantCulture, $"{name}\0{file.Length}\0{file.LastWriteTimeUtc.Ticks}\0");
            bytes += name is VersionFolder.ManifestFile or ModelSigner.SignatureFile ? 0 : file.Length;
        }

        return (Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())).AsSpan(0, 16)), bytes);
    }
}
