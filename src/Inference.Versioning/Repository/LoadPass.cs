using Inference.Versioning.Folders;

namespace Inference.Versioning.Repository;

/// <summary>One round of bringing what is loaded in step with what is wanted: what was tried in it is not tried again.</summary>
/// <param name="now">Whether to load at once what failed before.</param>
internal sealed class LoadPass(bool now)
{
    private readonly HashSet<(string Version, string Stamp)> _tried = [];
    private readonly HashSet<string> _missed = new(StringComparer.Ordinal);

    /// <summary>Versions that are loaded or to be loaded, so far; they are not unloaded to make room.</summary>
    public HashSet<string> Wanted { get; set; } = new(StringComparer.Ordinal);

    /// <summary>Whether a version may be loaded in this round.</summary>
    /// <param name="folder">The version.</param>
    /// <param name="failed">How it failed before; null where it did not.</param>
    /// <param name="time">The time.</param>
    public bool MayLoad(VersionFolder folder, FailedLoad? failed, DateTimeOffset time) =>
        !_tried.Contains((folder.Version, folder.Stamp)) && (now || failed?.Stamp != folder.Stamp || time >= failed.RetryAt);

    /// <summary>Notes that it is loaded in this round.</summary>
    public void Try(VersionFolder folder) => _tried.Add((folder.Version, folder.Stamp));

    /// <summary>Notes that a version is not there; true the first time.</summary>
    public bool Miss(string version) => _missed.Add(version);
}
