using Inference.Versioning.Folders;

namespace Inference.Versioning.Repository;

/// <summary>One pass of loading the selected versions; each version is tried once.</summary>
/// <param name="now">Whether to retry at once what failed before.</param>
internal sealed class LoadPass(bool now)
{
    private readonly HashSet<(string Version, string Stamp)> _tried = [];
    private readonly HashSet<string> _missed = new(StringComparer.Ordinal);

    /// <summary>The versions selected so far; they are not unloaded to make room.</summary>
    public HashSet<string> Wanted { get; set; } = new(StringComparer.Ordinal);

    /// <summary>Whether a version may be loaded in this pass.</summary>
    /// <param name="folder">The version.</param>
    /// <param name="failed">Its last failure; null if it did not fail.</param>
    /// <param name="time">The time.</param>
    public bool MayLoad(VersionFolder folder, FailedLoad? failed, DateTimeOffset time) =>
        !_tried.Contains((folder.Version, folder.Stamp)) && (now || failed?.Stamp != folder.Stamp || time >= failed.RetryAt);

    /// <summary>Records that a version is loaded in this pass.</summary>
    public void Try(VersionFolder folder) => _tried.Add((folder.Version, folder.Stamp));

    /// <summary>Records that a version does not exist; true the first time.</summary>
    public bool Miss(string version) => _missed.Add(version);
}
