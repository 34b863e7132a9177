using System.Globalization;
using System.IO.Hashing;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Inference.Monitoring.Retraining;

/// <summary>Writes bundles: into a folder beside, which is renamed when it is complete. Deletes those that are too many or too old. Not thread-safe.</summary>
/// <param name="folder">The folder of bundles.</param>
internal sealed class BundleWriter(string folder)
{
    private const string Unfinished = ".tmp";
    private const string Work = ".work";
    private const string Subjects = "subjects.txt";
    private const string Time = "yyyyMMdd'T'HHmmss'Z'";

    /// <summary>Deletes what an interrupted process left.</summary>
    public void CleanUp()
    {
        OwnedFolder.Create(folder);
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
        string? temporary = null;
        try
        {
            OwnedFolder.Create(folder);
            string id = NewId(bundle.At), path = Path.Combine(folder, id);
            temporary = Path.Combine(folder, id + Unfinished);
            OwnedFolder.Create(temporary);
            if (rows.Count > 0)
            {
                using var stream = new FileStream(Path.Combine(temporary, "labels.npz"), FileMode.CreateNew, FileAccess.ReadWrite);
                rows.Write(stream);
                stream.Flush(flushToDisk: true);
            }

            if (rows.Owners is { Count: > 0 } owners)
            {
                File.WriteAllLines(Path.Combine(temporary, Subjects), owners.Select(HashOf));
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
            temporary = null;
            return (record, path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new MonitoringException($"{folder}: the bundle could not be written: {exception.Message} Free space, or check the folder's permissions.", exception);
        }
        finally
        {
            if (temporary is not null)
            {
                TryDelete(temporary);
            }
        }
    }

    /// <summary>Deletes the oldest bundles beyond a number, and those that are too old.</summary>
    /// <param name="most">The number.</param>
    /// <param name="from">Older ones are deleted.</param>
    public void Keep(int most, DateTimeOffset from)
    {
        string[] bundles = [.. Bundles().Order(StringComparer.Ordinal)];
        string first = from.UtcDateTime.ToString(Time, CultureInfo.InvariantCulture);
        foreach (string old in bundles.Where((path, i) => i < bundles.Length - most || string.CompareOrdinal(Path.GetFileName(path), first) < 0))
        {
            Delete(old);
        }
    }

    /// <summary>Deletes the bundles that hold rows of a subject or a tenant, and what their commands left.</summary>
    /// <param name="owner">One of <see cref="LabelledRows.Owners"/>.</param>
    /// <exception cref="MonitoringException">One cannot be deleted.</exception>
    public void Erase(string owner)
    {
        string hash = HashOf(owner);
        try
        {
            foreach (string path in Bundles().ToList())
            {
                string subjects = Path.Combine(path, Subjects);
                if (File.Exists(subjects) && File.ReadLines(subjects).Contains(hash, StringComparer.Ordinal))
                {
                    Delete(path);
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new MonitoringException($"{folder}: the bundles that hold rows to be erased could not be deleted: {exception.Message} Check the folder's permissions and what has their files open, and repeat it.", exception);
        }
    }

    private IEnumerable<string> Bundles() => Directory.Exists(folder) ? Directory.EnumerateDirectories(folder).Where(static p => File.Exists(Path.Combine(p, "reason.json")) && !p.EndsWith(Unfinished, StringComparison.Ordinal)) : [];

    // What says which subjects it holds goes last, so that an interrupted deletion is repeated.
    private static void Delete(string bundle)
    {
        if (Directory.Exists(bundle + Work))
        {
            Directory.Delete(bundle + Work, recursive: true);
        }

        File.Delete(Path.Combine(bundle, "labels.npz"));
        Directory.Delete(bundle, recursive: true);
    }

    private static void TryDelete(string path)
    {
        try
        {
            Directory.Delete(path, recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It is deleted when the model is loaded again.
        }
    }

    private static string HashOf(string owner) => Convert.ToHexStringLower(XxHash128.Hash(Encoding.UTF8.GetBytes(owner)));

    private string NewId(DateTimeOffset at)
    {
        // By time, so that names sort; a number tells bundles of a second apart.
        string stem = at.UtcDateTime.ToString(Time, CultureInfo.InvariantCulture);
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
