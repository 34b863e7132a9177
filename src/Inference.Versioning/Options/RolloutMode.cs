using Inference.Status;

namespace Inference.Versioning;

/// <summary>Specifies, for <see cref="VersionPolicy.Latest"/>, how a new version is rolled out after it has passed its gates.</summary>
public enum RolloutMode
{
    /// <summary>It becomes the default immediately.</summary>
    Immediate,
    /// <summary>It receives <see cref="CanaryOptions.Percent"/> of the calls until it is promoted or rolled back.</summary>
    Canary,
    /// <summary>It is loaded, but serves only calls that select it by name, label, variant or shadow, until <see cref="IModelVersions.PromoteAsync"/> is called.</summary>
    Manual,
}
