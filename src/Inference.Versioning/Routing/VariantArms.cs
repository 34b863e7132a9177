using Inference.Versioning.Leasing;

namespace Inference.Versioning.Routing;

/// <summary>What the calls of an A/B test of one variant against the default carry. Immutable.</summary>
/// <param name="Variant">The arm of the variant.</param>
/// <param name="Default">The arm of the default.</param>
internal sealed record VariantArms(RunArm Variant, RunArm Default)
{
    /// <summary>The arms of a test; a changed share begins a stage.</summary>
    /// <param name="variant">The variant.</param>
    /// <param name="standard">The default.</param>
    /// <param name="share">The variant's share of the calls.</param>
    /// <param name="before">The arms so far; null for none.</param>
    /// <returns>The arms, the same objects if nothing changed; null if one arm gets no calls.</returns>
    public static VariantArms? Of(VersionSlot variant, VersionSlot standard, double share, VariantArms? before)
    {
        if (!(share is > 0 and < 1) || variant == standard)
        {
            return null;
        }

        string trial = $"{variant.Version}~{standard.Version}";
        if (before?.Variant is { } known && known.Trial == trial && known.Share == share)
        {
            return before;
        }

        int stage = before?.Variant.Trial == trial ? before.Variant.Stage + 1 : 0;
        return new VariantArms(new RunArm(trial, stage, share, IsTreatment: true), new RunArm(trial, stage, share, IsTreatment: false));
    }
}
