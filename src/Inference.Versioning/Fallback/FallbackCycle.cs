namespace Inference.Versioning.Fallback;

/// <summary>Finds cycles of fallbacks: a call that all of them fail would never end.</summary>
internal static class FallbackCycle
{
    /// <summary>Returns the path from a target back to the fallback that contains it, such as <c>b → a</c>; null if there is none. Models that are not loaded are not followed.</summary>
    /// <param name="owner">The fallback.</param>
    /// <param name="target">The target's runner.</param>
    public static string? Find(FallbackModelRunner owner, IModelRunner target) => Find(owner, target, []);

    private static string? Find(FallbackModelRunner owner, IModelRunner runner, HashSet<FallbackModelRunner> seen)
    {
        if (runner.GetService<ILoadableRunner>() is { IsLoaded: false } || runner.GetService<FallbackModelRunner>() is not { } fallback)
        {
            return null;
        }

        if (fallback == owner)
        {
            return owner.Info.Name;
        }

        if (!seen.Add(fallback))
        {
            return null;
        }

        foreach (IModelRunner other in fallback.Others)
        {
            if (Find(owner, other, seen) is { } rest)
            {
                return $"{fallback.Info.Name} → {rest}";
            }
        }

        return null;
    }
}
