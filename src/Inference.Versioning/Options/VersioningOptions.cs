using System.ComponentModel.DataAnnotations;
using Inference.Status;
using Microsoft.Extensions.Options;

namespace Inference.Versioning;

/// <summary>How the versions of a model are chosen, checked, loaded and served.</summary>
public sealed class VersioningOptions
{
    /// <summary>How the default version is chosen; <see cref="VersionPolicy.Latest"/> by default.</summary>
    [EnumDataType(typeof(VersionPolicy))]
    public VersionPolicy Policy { get; set; }

    /// <summary>What happens to a new version under <see cref="VersionPolicy.Latest"/>; <see cref="RolloutMode.Immediate"/> by default.</summary>
    [EnumDataType(typeof(RolloutMode))]
    public RolloutMode Rollout { get; set; }

    /// <summary>How many of the newest versions stay loaded besides those that serve, 0 to 64, 2 by default: a rollback or fallback to one of them needs no load.</summary>
    [Range(0, 64)]
    public int KeepLatest { get; set; } = 2;

    /// <summary>The version served under <see cref="VersionPolicy.Pinned"/>.</summary>
    public string? PinnedVersion { get; set; }

    /// <summary>The label served under <see cref="VersionPolicy.Label"/>.</summary>
    public string? DefaultLabel { get; set; }

    /// <summary>Version by label. A label set by <see cref="IModelVersions.SetLabelAsync"/> wins over these, these win over labels in manifests.</summary>
    public IDictionary<string, string> Labels { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Bytes of model files loaded at once at most, 1 to 2^50, 8 GiB by default. Versions kept for convenience are unloaded first; a version that does not fit beside those that
    /// serve is refused.</summary>
    [Range(1L, 1L << 50)]
    public long MaxLoadedBytes { get; set; } = 8L << 30;

    /// <summary>Whether the repository is watched for changes; true by default. False: only <see cref="IModelVersions.RefreshAsync"/> looks.</summary>
    public bool Watch { get; set; } = true;

    /// <summary>How often the repository is polled where no change was notified, 100 ms to 1 day, 30 s by default.</summary>
    [DurationRange("00:00:00.1", "1.00:00:00")]
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a version's files must stay unchanged before it is loaded, 0 to 10 min, 500 ms by default.</summary>
    [DurationRange("00:00:00", "00:10:00")]
    public TimeSpan Debounce { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>After this time a version that failed to load is tried again though its files did not change, 1 s to 1 day, 30 s by default; doubled with each failure, up to 32 times.</summary>
    [DurationRange("00:00:01", "1.00:00:00")]
    public TimeSpan RetryFailedAfter { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a load that needs memory waits for old versions to drain, 0 to 1 h, 30 s by default.</summary>
    [DurationRange("00:00:00", "01:00:00")]
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Directory of the state and the audit log; null, the default: <c>.inference</c> in the repository.</summary>
    public string? StateDirectory { get; set; }

    /// <summary>Whether a version whose inputs or outputs differ from the default's may serve; false by default.</summary>
    public bool AllowSignatureChange { get; set; }

    /// <summary>Whether a version without golden rows is refused; false by default.</summary>
    public bool RequireGoldenRows { get; set; }

    /// <summary>Relative tolerance of golden rows whose manifest states none, 0 to 1, 1e-3 by default.</summary>
    [Range(0.0, 1.0)]
    public double GoldenRelativeTolerance { get; set; } = 1e-3;

    /// <summary>Absolute tolerance of golden rows whose manifest states none, ≥ 0, 1e-6 by default.</summary>
    [Range(0.0, 1e12)]
    public double GoldenAbsoluteTolerance { get; set; } = 1e-6;

    /// <summary>Runs before a version serves, 0 to 10,000, 2 by default, on the golden inputs, else on zeros.</summary>
    [Range(0, 10_000)]
    public int WarmupRuns { get; set; } = 2;

    /// <summary>Row counts to warm up with, for models with a batch axis; empty, the default: as many rows as the golden inputs have, else 1.</summary>
    public IList<int> WarmupRows { get; } = [];

    /// <summary>Signatures of manifests.</summary>
    public SigningOptions Signing { get; set; } = new();

    /// <summary>Trial of new versions.</summary>
    [ValidateObjectMembers]
    public CanaryOptions Canary { get; set; } = new();

    /// <summary>Shadow calls.</summary>
    [ValidateObjectMembers]
    public ShadowOptions Shadow { get; set; } = new();

    /// <summary>Arms of an A/B test, sticky by routing key; what they leave goes to the default. Empty by default.</summary>
    [ValidateEnumeratedItems]
    public IList<VariantOptions> Variants { get; } = [];

    /// <summary>Salt of the A/B hash; null, the default: the model's name.</summary>
    public string? VariantSalt { get; set; }
}
