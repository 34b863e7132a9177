using System.Collections.Concurrent;

namespace Inference.AspNetCore.Models;

/// <summary>Counts of a model's calls, by the version that served them. Thread-safe.</summary>
internal sealed class ModelStatistics
{
    private readonly ConcurrentDictionary<string, VersionStatistics> _versions = new(StringComparer.Ordinal);

    /// <summary>The counts by version, in ordinal order of versions.</summary>
    public IEnumerable<KeyValuePair<string, VersionStatistics>> Versions => _versions.OrderBy(version => version.Key, StringComparer.Ordinal);

    public VersionStatistics Of(string version) => _versions.TryGetValue(version, out VersionStatistics? found) ? found : _versions.GetOrAdd(version, _ => new VersionStatistics());
}
