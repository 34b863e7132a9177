using Inference.Versioning.Folders;
using Inference.Versioning.Loading;

namespace Inference.Versioning.State;

/// <summary>The state that <see cref="DecisionFold"/> computes from the decisions.</summary>
internal sealed record RepositoryState
{
    /// <summary>The maximum number of labels, and of records of versions that are gone.</summary>
    public const int MostNames = 256;

    /// <summary>The maximum number of earlier defaults.</summary>
    public const int MostPrevious = 16;

    public int Format { get; init; } = 1;

    /// <summary>The default version, as last decided.</summary>
    public string? Default { get; init; }

    /// <summary>Whether an operator or a rollback chose the default, so that it takes precedence over older decisions of the policy.</summary>
    public bool Decided { get; init; }

    /// <summary>The newest version that existed when the default was decided; later versions are new.</summary>
    public string? Ceiling { get; init; }

    /// <summary><see cref="VersioningOptions.PinnedVersion"/> when the default was decided: a pin set later takes precedence.</summary>
    public string? PinnedThen { get; init; }

    /// <summary>Earlier defaults, the last one last; at most <see cref="MostPrevious"/>.</summary>
    public IReadOnlyList<string> Previous { get; init; } = [];

    /// <summary>Versions that were rolled back, with the stamp of their files: a version with new content may be tried again.</summary>
    public IReadOnlyDictionary<string, string> Rejected { get; init; } = new Dictionary<string, string>();

    /// <summary>Labels set at run time.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>The canary that an operator started; null for none.</summary>
    public string? Canary { get; init; }

    /// <summary>Its share of the calls, percent.</summary>
    public double CanaryPercent { get; init; }

    /// <summary>The last canary recorded as started by the policy, to record it once; null for none.</summary>
    public string? PolicyCanary { get; init; }

    /// <summary>The sequence number of the last decision that changed the default or ended a trial: trials of the same files before and after it are different ones. 0 for none.</summary>
    public long Epoch { get; init; }

    /// <summary>Versions recorded as refused, with their stamp, to record them once.</summary>
    public IReadOnlyDictionary<string, string> Refused { get; init; } = new Dictionary<string, string>();

    /// <summary>Versions recorded as loaded, with their stamp, to record them once.</summary>
    public IReadOnlyDictionary<string, string> Loaded { get; init; } = new Dictionary<string, string>();

    /// <summary>The latest time of signing, ISO 8601 in UTC, of the versions that were loaded: an earlier publication of a version must not replace a later one.</summary>
    public IReadOnlyDictionary<string, string> SignedAt { get; init; } = new Dictionary<string, string>();

    /// <summary>The hash of the options that were recorded last; null for none.</summary>
    public string? Options { get; init; }

    /// <summary>The inputs and outputs of the default version, which the next version must be able to replace.</summary>
    public ModelSignature? Signature { get; init; }

    /// <summary>Whether a version was rolled back and the stamp of its files is unchanged.</summary>
    public bool IsRejected(string version, string stamp) => Rejected.TryGetValue(version, out string? rejected) && rejected == stamp;

    /// <summary>The names to drop from a map before one is added: those whose versions are gone, in order, until at most <see cref="MostNames"/> are left.</summary>
    public static IReadOnlyList<string> Superfluous(IReadOnlyDictionary<string, string> map, string added, Func<string, string, bool> isThere)
    {
        int count = map.Count + (map.ContainsKey(added) ? 0 : 1);
        return count <= MostNames
            ? []
            : [.. map.Where(e => e.Key != added && !isThere(e.Key, e.Value)).OrderBy(e => e.Key, VersionName.Order).Take(count - MostNames).Select(e => e.Key)];
    }

    /// <summary>Whether no part is null; deserialization does not guarantee it.</summary>
    public bool IsWhole() =>
        Format == 1
        && Previous is not null && Previous.All(static v => v is not null)
        && AreWhole(Rejected) && AreWhole(Labels) && AreWhole(Refused) && AreWhole(Loaded) && AreWhole(SignedAt)
        && double.IsFinite(CanaryPercent)
        && Signature?.IsWhole() != false;

    private static bool AreWhole(IReadOnlyDictionary<string, string>? map) => map is not null && map.Values.All(static v => v is not null);
}
