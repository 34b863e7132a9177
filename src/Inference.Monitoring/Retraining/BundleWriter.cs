using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;

namespace Inference.Monitoring.Retraining;

/// <summary>Writes bundles: into a folder beside, which is renamed when it is complete. Deletes those that are too many. Not thread-safe.</summary>
/// <param name="folder">The folder of bundles.</param>
internal sealed class BundleWriter(string folder)
{
    private const string Unfinished = ".tmp";
    private const string Work = ".work";

    /// <summary>Deletes what an interrupted process left.</summary>
    public void CleanUp()
    {
        Directory.CreateDirectory(folder);
        foreach (string path in Directory.EnumerateDirectories(folder).Where(static p => p.EndsWith(Unfinished, StringComparison.Ordinal) || p.EndsWith(Work, StringComparison.Ordinal)).ToList())
        {
            Directory.Delete(path, recursive: true);
        }
    }

    /// <summary>The working folder of a bundle.</summary>
    public string WorkOf(string id) => Path.Combine(folder, id + Work);

    /// <summary>Writes a bundle.</summary>
    /// <param name="bundle">What it is; its id, path and files are filled in.</param>
    /// <param name="rows">Labelled rows.</param>
    /// <param name="profile">The reference profile; null for none.</param>
    /// <param name="windows">The windows, merged; null for none.</param>
    /// <returns>The record and the folder.</returns>
    /// <exception cref="MonitoringException">It cannot be written.</exception>
    public (BundleRecord Record, string Path) Write(BundleRecord bundle, LabelledRows rows, ReferenceProfile? profile, MonitoringWindow? windows)
    {
        try
        {
            Directory.CreateDirectory(folder);
            string id = NewId(bundle.At), temporary = Path.Combine(folder, id + Unfinished), path = Path.Combine(folder, id);
            Directory.CreateDirectory(temporary);
            if (rows.Count > 0)
            {
                using var stream = new FileStream(Path.Combine(temporary, "labels.npz"), FileMode.CreateNew, FileAccess.ReadWrite);
                rows.Write(stream);
                stream.Flush(flushToDisk: true);
            }

            profile?.Save(Path.Combine(temporary, "reference.profile"));
            if (windows is not null)
            {
                File.WriteAllBytes(Path.Combine(temporary, "windows.bin"), windows.ToArray());
            }

            BundleFile[] files = [.. Directory.EnumerateFiles(temporary).Order(StringComparer.Ordinal).Select(Describe)];
            BundleRecord record = bundle with { Id = id, Files = files };
            File.WriteAllBytes(Path.Combine(temporary, "reason.json"), JsonSerializer.SerializeToUtf8Bytes(record, RetrainingJson.Default.BundleRecord));
            Directory.Move(temporary, path);
            return (record, path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new MonitoringException($"{folder}: the bundle could not be written: {exception.Message} Free space, or check the folder's permissions.", exception);
        }
    }

    /// <summary>Deletes the oldest bundles beyond a number.</summary>
    public void Keep(int most)
    {
        string[] bundles = [.. Directory.EnumerateDirectories(folder).Where(static p => File.Exists(Path.Combine(p, "reason.json"))).Order(StringComparer.Ordinal)];
        foreach (string old in bundles.SkipLast(most))
        {
            Directory.Delete(old, recursive: true);
        }
    }

    private string NewId(DateTimeOffset at)
    {
        // By time, so that names sort; a number tells bundles of a second apart.
        string stem = at.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        for (int i = 0; ; i++)
        {
            string id = string.Create(CultureInfo.InvariantCulture, $"{stem}-{i:D2}");
            if (!Path.Exists(Path.Combine(folder, id)))
            {
                string temporary = Path.Combine(folder, id + Unfinished);
                if (Directory.Exists(temporary))
                {
                    Directory.Delete(temporary, recursive: true);
                }

                return id;
            }
        }
    }

    private static BundleFile Describe(string path)
    {
        using FileStream stream = File.OpenRead(path);
        return new BundleFile(Path.GetFileName(path), stream.Length, Convert.ToHexStringLower(SHA256.HashData(stream)));
    }
}
