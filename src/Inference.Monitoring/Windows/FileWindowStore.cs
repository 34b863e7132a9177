using System.Globalization;
using Inference.Monitoring.Records;

namespace Inference.Monitoring.Windows;

/// <summary>Keeps windows as files of one folder, which no other process writes. A file appears under its name only when it is complete; files with other names are left alone. Not thread-safe.</summary>
internal sealed class FileWindowStore(string folder) : IWindowStore
{
    private const string Extension = ".window";

    public IReadOnlyList<WindowKey> List()
    {
        try
        {
            return Directory.Exists(folder)
                ? [.. Directory.EnumerateFiles(folder, "*" + Extension).Select(static f => KeyOf(Path.GetFileNameWithoutExtension(f))).OfType<WindowKey>()]
                : [];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new MonitoringException($"Windows in '{folder}': expected a readable folder, got: {exception.Message} Check its permissions.", exception);
        }
    }

    public byte[]? Read(WindowKey key)
    {
        string path = PathOf(key);
        try
        {
            return File.Exists(path) ? File.ReadAllBytes(path) : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new MonitoringException($"Window '{path}': expected a readable file, got: {exception.Message} Check its permissions.", exception);
        }
    }

    public void Write(WindowKey key, ReadOnlySpan<byte> bytes)
    {
        string path = PathOf(key);
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new MonitoringException($"Windows in '{folder}': expected a folder that can be made, got: {exception.Message} Check its permissions.", exception);
        }

        // Not flushed to the disk: a window lost by a failure of power is found by its checksum, and is one minute.
        SafeFile.Write($"Window '{path}'", path, bytes, flush: false);
    }

    public void Remove(WindowKey key)
    {
        try
        {
            File.Delete(PathOf(key));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new MonitoringException($"Window '{PathOf(key)}': expected a file that can be deleted, got: {exception.Message} Check its permissions.", exception);
        }
    }

    private string PathOf(WindowKey key) => Path.Combine(folder, $"{key.Tier.ToString().ToLowerInvariant()}-{key.Start.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'.'fffffff", CultureInfo.InvariantCulture)}{Extension}");

    private static WindowKey? KeyOf(string name)
    {
        int dash = name.IndexOf('-', StringComparison.Ordinal);
        return dash > 0 && Enum.TryParse(name[..dash], ignoreCase: true, out WindowTier tier) && Enum.IsDefined(tier)
            && DateTime.TryParseExact(name[(dash + 1)..], "yyyyMMdd'T'HHmmss'.'fffffff", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTime start)
            ? new WindowKey(tier, new DateTimeOffset(start, TimeSpan.Zero))
            : null;
    }
}
