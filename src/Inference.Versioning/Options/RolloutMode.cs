using Inference.Status;

namespace Inference.Versioning;

/// <summary>What happens to a new version, under <see cref="VersionPolicy.Latest"/>, once it passed its gates.</summary>
public enum RolloutMode
{
    /// <summary>It becomes the default at once.</summary>
    Immediate,
    /// <summary>It gets <see cref="CanaryOptions.Percent"/> of the calls, until it is promoted or rolled back.</summary>
    Canary,
    /// <summary>It is loaded, but serves only when asked for by name, label, variant, shadow or <see cref="IModelVersions.PromoteAsync"/>.</summary>
    Manual,
}
