using Inference.Versioning.Folders;
using Inference.Versioning.Loading;

namespace Inference.Versioning.State;

/// <summary>What must survive a restart: decisions, not what was loaded.</summary>
internal sealed record RepositoryState
{
    /// <summary>Names that are kept of versions that are gone, and labels at most.</summary>
    public const int MostNames = 256;

    public int Format { get; init; } = 1;

    /// <summary>The default version, as last published.</summary>
    public string? Default { get; init; }

    /// <summary>Whether an operator or a rollback chose the default, so that it holds against older decisions of the policy.</summary>
    public bool Decided { get; init; }

    /// <summary>The newest version there was when the default was decided; versions after it are new.</summary>
    public string? Ceiling { get; init; }

    /// <summary><see cref="VersioningOptions.PinnedVersion"/> when the default was decided: a pin set later wins.</summary>
    public string? PinnedThen { get; init; }

    /// <summary>Earlier defaults, the last one last; at most 16.</summary>
    public IReadOnlyList<string> Previous { get; init; } = [];

    /// <summary>Versions taken back, with the stamp of their files: new content is a new chance.</summary>
    public IReadOnlyDictionary<string, string> Rejected { get; init; } = new Dictionary<string, string>();

    /// <summary>Labels set at run time.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>The canary an operator started; null for none.</summary>
    public string? Canary { get; init; }

    /// <summary>Its share of the calls, percent.</summary>
    public double CanaryPercent { get; init; }

    /// <summary>Inputs and outputs of the default: what the next version must be able to replace.</summary>
    public ModelSignature? Signature { get; init; }

    /// <summary>The map with one entry more. Beyond <see cref="MostNames"/>, entries go whose version is gone.</summary>
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
