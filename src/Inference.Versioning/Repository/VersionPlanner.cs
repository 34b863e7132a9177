using Inference.Versioning.Folders;
using Inference.Versioning.State;

namespace Inference.Versioning.Repository;

/// <summary>Decides which versions are needed from the options, the state and the contents of the repository. Pure.</summary>
internal static class VersionPlanner
{
    /// <summary>Candidates for the default version, best first; the first that loads is taken.</summary>
    /// <param name="options">The policy.</param>
    /// <param name="state">Decisions.</param>
    /// <param name="folders">The versions in the repository, newest first.</param>
    public static IReadOnlyList<string> DefaultCandidates(VersioningOptions options, RepositoryState state, IReadOnlyList<VersionFolder> folders)
    {
        switch (options.Policy)
        {
            case VersionPolicy.Pinned:
                return [state is { Decided: true, Default: { } decided } && state.PinnedThen == options.PinnedVersion ? decided : options.PinnedVersion!];
            case VersionPolicy.Label:
                return Labels(options, state, folders).TryGetValue(options.DefaultLabel!, out string? version) ? [version] : [];
            default:
                return Latest(options, state, folders);
        }
    }

    /// <summary>Candidates for the trial, best first; the first that loads is taken. Empty for no trial.</summary>
    /// <param name="options">The policy.</param>
    /// <param name="state">Decisions.</param>
    /// <param name="folders">The versions in the repository, newest first.</param>
    /// <param name="current">The default version.</param>
    public static IReadOnlyList<string> CanaryCandidates(VersioningOptions options, RepositoryState state, IReadOnlyList<VersionFolder> folders, string current)
    {
        if (state.Canary is { } started)
        {
            // An operator may put a rolled back version on trial again; it becomes the default only by a promotion.
            return started != current && folders.Any(f => f.Version == started) ? [started] : [];
        }

        if (options.Policy != VersionPolicy.Latest || options.Rollout != RolloutMode.Canary)
        {
            return [];
        }

        string floor = state is { Decided: true, Ceiling: { } ceiling } && VersionName.Order.Compare(ceiling, current) > 0 ? ceiling : current;
        return [.. folders.Where(f => VersionName.IsNumber(f.Version) && !IsRejected(state, f) && VersionName.Order.Compare(f.Version, floor) > 0).Select(f => f.Version)];
    }

    /// <summary>Versions to keep loaded besides the default and the canary, most important first: named ones (labels, variants, shadow), the previous default, the newest.</summary>
    public static IReadOnlyList<(string Version, bool IsNamed)> Keep(VersioningOptions options, RepositoryState state, IReadOnlyList<VersionFolder> folders, string current, string? canary)
    {
        var keep = new List<(string, bool)>();
        var seen = new HashSet<string>(StringComparer.Ordinal) { current };
        if (canary is not null)
        {
            seen.Add(canary);
        }

        void Add(string? version, bool isNamed)
        {
            if (version is not null && folders.Any(f => f.Version == version) && seen.Add(version))
            {
                keep.Add((version, isNamed));
            }
        }

        IReadOnlyDictionary<string, string> labels = Labels(options, state, folders);
        foreach (VariantOptions variant in options.Variants)
        {
            Add(labels.GetValueOrDefault(variant.Target, variant.Target), true);
        }

        foreach (string version in labels.Values)
        {
            Add(version, true);
        }

        Add(ShadowTarget(options, state, folders, current, labels), true);
        if (options.KeepLatest > 0)
        {
            Add(state.Previous.Count > 0 ? state.Previous[^1] : null, false);
        }

        int newest = 0;
        foreach (VersionFolder folder in folders.Where(f => VersionName.IsNumber(f.Version)))
        {
            if (newest++ == options.KeepLatest)
            {
                break;
            }

            if (!IsRejected(state, folder))
            {
                Add(folder.Version, false);
            }
        }

        return keep;
    }

    /// <summary>The version to shadow; null for none.</summary>
    public static string? ShadowTarget(VersioningOptions options, RepositoryState state, IReadOnlyList<VersionFolder> folders, string current, IReadOnlyDictionary<string, string> labels) =>
        options.Shadow.Target switch
        {
            null or "" => null,
            "latest" => folders.FirstOrDefault(f => f.Version != current && VersionName.IsNumber(f.Version) && !IsRejected(state, f))?.Version,
            { } target => labels.GetValueOrDefault(target, target),
        };

    /// <summary>Versions by label: set at run time, else in options, else the newest version whose manifest lists the label.</summary>
    public static IReadOnlyDictionary<string, string> Labels(VersioningOptions options, RepositoryState state, IReadOnlyList<VersionFolder> folders)
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        for (int i = folders.Count - 1; i >= 0; i--)
        {
            foreach (string label in folders[i].Labels)
            {
                labels[label] = folders[i].Version;
            }
        }

        foreach ((string label, string version) in options.Labels)
        {
            labels[label] = version;
        }

        foreach ((string label, string version) in state.Labels)
        {
            labels[label] = version;
        }

        return labels;
    }

    /// <summary>Whether a version was rolled back and its files are unchanged.</summary>
    public static bool IsRejected(RepositoryState state, VersionFolder folder) => state.IsRejected(folder.Version, folder.Stamp);

    private static List<string> Latest(VersioningOptions options, RepositoryState state, IReadOnlyList<VersionFolder> folders)
    {
        var candidates = new List<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        void Add(VersionFolder? folder)
        {
            // What was served before, or decided, may have any name.
            bool eligible = folder is not null && (VersionName.IsNumber(folder.Version) || folder.Version == state.Default || state.Previous.Contains(folder.Version));
            if (eligible && folder!.Version != state.Canary && !IsRejected(state, folder) && seen.Add(folder.Version))
            {
                candidates.Add(folder.Version);
            }
        }

        if (options.Rollout == RolloutMode.Immediate)
        {
            foreach (VersionFolder folder in folders)
            {
                if (!state.Decided || state.Ceiling is null || VersionName.Order.Compare(folder.Version, state.Ceiling) > 0)
                {
                    Add(folder);
                }
            }
        }

        // Without an immediate rollout the serving version continues to serve; next come its predecessors, then older versions, and only then new ones.
        Add(folders.FirstOrDefault(f => f.Version == state.Default));
        for (int i = state.Previous.Count - 1; i >= 0; i--)
        {
            Add(folders.FirstOrDefault(f => f.Version == state.Previous[i]));
        }

        foreach (VersionFolder folder in folders)
        {
            if (state.Default is null || VersionName.Order.Compare(folder.Version, state.Default) < 0)
            {
                Add(folder);
            }
        }

        foreach (VersionFolder folder in folders)
        {
            Add(folder);
        }

        return candidates;
    }
}
