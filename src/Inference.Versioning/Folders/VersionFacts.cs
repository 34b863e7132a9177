using System.Collections.ObjectModel;

namespace Inference.Versioning.Folders;

/// <summary>What a trusted manifest states about a version.</summary>
/// <param name="Labels">Its labels.</param>
/// <param name="Lineage">What it was made from, by name.</param>
internal sealed record VersionFacts(IReadOnlyList<string> Labels, IReadOnlyDictionary<string, string> Lineage)
{
    /// <summary>Nothing.</summary>
    public static VersionFacts None { get; } = new([], ReadOnlyDictionary<string, string>.Empty);
}
