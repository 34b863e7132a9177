using System.Collections.Frozen;
using Inference.Versioning.Canary;
using Inference.Versioning.Leasing;
using Inference.Versioning.Shadow;

namespace Inference.Versioning.Routing;

/// <summary>Maps calls to versions. Immutable; replaced as a whole. Its slots were alive when it was published.</summary>
internal sealed class RoutingTable
{
    public required VersionSlot Default { get; init; }

    /// <summary>The canary on trial; null for none.</summary>
    public CanaryTrial? Trial { get; init; }

    /// <summary>The arms of the A/B test with the upper end of their share, 0 to 1, ascending.</summary>
    public (VersionSlot Slot, double UpTo)[] Variants { get; init; } = [];

    public string VariantSalt { get; init; } = "";

    /// <summary>The arms of an A/B test of one variant against the default; null if there is none, or several.</summary>
    public VariantArms? VariantArms { get; init; }

    /// <summary>Slots by version and label; a label takes precedence over a version of the same name.</summary>
    public required FrozenDictionary<string, VersionSlot> Names { get; init; }

    /// <summary>Loaded versions to fall back to from the default, best first: the previous default, then older ones.</summary>
    public VersionSlot[] Fallbacks { get; init; } = [];

    public ShadowLane? Shadow { get; init; }

    /// <summary>Selects the version of a call. The caller takes the lease.</summary>
    public Route Choose(RunContext? context)
    {
        string? key = context?.RoutingKey;
        if (Trial is { TakesCalls: true } trial)
        {
            double share = key is null ? Random.Shared.NextDouble() : StableHash.Share(trial.Salt, key);
            if (share * 100 < trial.Percent)
            {
                return new Route(trial.Slot, "canary", trial, IsCanary: true, Shadow);
            }
        }

        if (Variants.Length > 0)
        {
            double share = key is null ? Random.Shared.NextDouble() : StableHash.Share(VariantSalt, key);
            foreach ((VersionSlot slot, double upTo) in Variants)
            {
                if (share < upTo)
                {
                    return new Route(slot, "variant", null, IsCanary: false, Shadow, VariantArms?.Variant);
                }
            }
        }

        return new Route(Default, "default", Trial, IsCanary: false, Shadow, VariantArms?.Default);
    }

    /// <summary>The version to use after another failed: the default for any other version, and the previous default for the default. Null if there is none.</summary>
    public VersionSlot? After(string? failed)
    {
        if (failed is null || failed == Default.Version)
        {
            return Fallbacks.Length > 0 ? Fallbacks[0] : null;
        }

        int index = Array.FindIndex(Fallbacks, s => s.Version == failed);
        return index < 0 ? Default : index + 1 < Fallbacks.Length ? Fallbacks[index + 1] : null;
    }
}
