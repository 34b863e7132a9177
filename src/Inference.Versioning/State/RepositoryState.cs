using Inference.Versioning.Folders;
using Inference.Versioning.Loading;

namespace Inference.Versioning.State;

/// <summary>The state that survives a restart: decisions, not what was loaded.</summary>
internal sealed record RepositoryState
{
    /// <summary>The maximum number of labels, and of records of versions that are gone.</summary>
    public const int MostNames = 256;

    public int Format { get; init; } = 1;

    /// <summary>The default version, as last published.</summary>
    public string? Default { get; init; }

    /// <summary>Whether an operator or a rollback chose the default, so that it takes precedence over older decisions of the policy.</summary>
    public bool Decided { get; init; }

    /// <summary>The newest version that existed when the default was decided; later versions are new.</summary>
    public string? Ceiling { get; init; }

    /// <summary><see cref="VersioningOptions.PinnedVersion"/> when the default was decided: a pin set later takes precedence.</summary>
    public string? PinnedThen { get; init; }

    /// <summary>Earlier defaults, the last one last; at most 16.</summary>
    public IReadOnlyList<string> Previous { get; init; } = [];

    /// <summary>Versions that were rolled back, with the stamp of their files: a version with new content may be tried again.</summary>
    public IReadOnlyDictionary<string, string> Rejected { get; init; } = new Dictionary<string, string>();

    /// <summary>Labels set at run time.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>The canary that an operator started; null for none.</summary>
    public string? Canary { get; init; }

    /// <summary>Its share of the calls, percent.</summary>
    public double CanaryPercent { get; init; }

    /// <summary>The inputs and outputs of the default version, which the next version must be able to replace.</summary>
    public ModelSignature? Signature { get; init; }

    /// <summary>The map with one more entry. Beyond <see cref="MostNames"/>, entries of versions that are gone are removed.</summary>
    public static Dictionary<string, string> With(IReadOnlyDictionary<string, string> map, string key, string value, Func<string, string, bool>? isThere = null)
    {
        var copy = new Dictionary<string, string>(map, StringComparer.Ordinal) { [key] = value };
        if (isThere is not null && copy.Count > MostNames)
        {
            foreach (KeyValuePair<string, string> entry in copy.Where(e => e.Key != key && !isThere(e.Key, e.Value)).OrderBy(e => e.Key, VersionName.Order).Take(copy.Count - MostNames).ToList())
            {
                copy.Remove(entry.Key);
            }
        }

        return copy;
    }
}
