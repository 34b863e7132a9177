using System.ComponentModel.DataAnnotations;
using Inference.Status;
using Microsoft.Extensions.Options;

namespace Inference.Versioning;

/// <summary>Options of versioning: how the versions of a model are selected, checked, loaded and served.</summary>
public sealed class VersioningOptions
{
    /// <summary>How the default version is selected; the default is <see cref="VersionPolicy.Latest"/>.</summary>
    [EnumDataType(typeof(VersionPolicy))]
    public VersionPolicy Policy { get; set; }

    /// <summary>How a new version is rolled out under <see cref="VersionPolicy.Latest"/>; the default is <see cref="RolloutMode.Immediate"/>.</summary>
    [EnumDataType(typeof(RolloutMode))]
    public RolloutMode Rollout { get; set; }

    /// <summary>The number of newest versions kept loaded in addition to those that serve, 0 to 64; the default is 2. A rollback or fallback to one of them requires no load.</summary>
    [Range(0, 64)]
    public int KeepLatest { get; set; } = 2;

    /// <summary>The version served under <see cref="VersionPolicy.Pinned"/>.</summary>
    public string? PinnedVersion { get; set; }

    /// <summary>The label served under <see cref="VersionPolicy.Label"/>.</summary>
    public string? DefaultLabel { get; set; }

    /// <summary>Versions by label. A label set by <see cref="IModelVersions.SetLabelAsync"/> takes precedence over these, and these take precedence over labels in manifests.</summary>
    public IDictionary<string, string> Labels { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The maximum total bytes of loaded model files, 1 to 2^50; the default is 8 GiB. Versions kept by <see cref="KeepLatest"/> are unloaded first; a version that does not fit beside those that
    /// serve is refused.</summary>
    [Range(1L, 1L << 50)]
    public long MaxLoadedBytes { get; set; } = 8L << 30;

    /// <summary>Whether the repository is watched for changes; the default is true. If false, only <see cref="IModelVersions.RefreshAsync"/> reads it.</summary>
    public bool Watch { get; set; } = true;

    /// <summary>How often the repository is polled in case a change was not notified, 100 ms to 1 day; the default is 30 s.</summary>
    [DurationRange("00:00:00.1", "1.00:00:00")]
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a version's files must stay unchanged before it is loaded, 0 to 10 min; the default is 500 ms.</summary>
    [DurationRange("00:00:00", "00:10:00")]
    public TimeSpan Debounce { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The time after which a version that failed to load is retried even if its files did not change, 1 s to 1 day; the default is 30 s. It doubles with each failure, up to 32 times.</summary>
    [DurationRange("00:00:01", "1.00:00:00")]
    public TimeSpan RetryFailedAfter { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a load that needs memory waits for old versions to drain, 0 to 1 h; the default is 30 s.</summary>
    [DurationRange("00:00:00", "01:00:00")]
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The directory of the log of decisions; null, the default: <c>.inference</c> in the repository.</summary>
    public string? StateDirectory { get; set; }

    /// <summary>Whether a version whose inputs or outputs differ from the default version's may serve; the default is false.</summary>
    public bool AllowSignatureChange { get; set; }

    /// <summary>Whether a version is refused that has no golden rows, or golden rows that a wrong model would pass; the default is false. Each case must then have inputs and outputs, and tolerances within
    /// <see cref="MaxGoldenRelativeTolerance"/> and <see cref="MaxGoldenAbsoluteTolerance"/> that no constant answer satisfies.</summary>
    public bool RequireGoldenRows { get; set; }

    /// <summary>The relative tolerance of golden rows whose manifest states none, 0 to 1; the default is 1e-3.</summary>
    [Range(0.0, 1.0)]
    public double GoldenRelativeTolerance { get; set; } = 1e-3;

    /// <summary>The absolute tolerance of golden rows whose manifest states none, ≥ 0; the default is 1e-6.</summary>
    [Range(0.0, 1e12)]
    public double GoldenAbsoluteTolerance { get; set; } = 1e-6;

    /// <summary>The largest relative tolerance of golden rows if <see cref="RequireGoldenRows"/> is set, 0 to 1; the default is 0.1.</summary>
    [Range(0.0, 1.0)]
    public double MaxGoldenRelativeTolerance { get; set; } = 0.1;

    /// <summary>The largest absolute tolerance of golden rows if <see cref="RequireGoldenRows"/> is set, ≥ 0; the default is 1.</summary>
    [Range(0.0, 1e12)]
    public double MaxGoldenAbsoluteTolerance { get; set; } = 1;

    /// <summary>The number of warm-up runs before a version serves, 0 to 10,000; the default is 2. They use the golden inputs, or zeros if there are none.</summary>
    [Range(0, 10_000)]
    public int WarmupRuns { get; set; } = 2;

    /// <summary>The row counts of the warm-up, for models with a batch axis; empty, the default: as many rows as the golden inputs have, or 1.</summary>
    public IList<int> WarmupRows { get; } = [];

    /// <summary>Options of signatures.</summary>
    public SigningOptions Signing { get; } = new();

    /// <summary>Options of the decision log's audit.</summary>
    [ValidateObjectMembers]
    public AuditOptions Audit { get; } = new();

    /// <summary>Options of canaries.</summary>
    [ValidateObjectMembers]
    public CanaryOptions Canary { get; } = new();

    /// <summary>Options of shadow calls.</summary>
    [ValidateObjectMembers]
    public ShadowOptions Shadow { get; } = new();

    /// <summary>The arms of an A/B test, sticky by routing key; the remaining share goes to the default version. Empty by default.</summary>
    [ValidateEnumeratedItems]
    public IList<VariantOptions> Variants { get; } = [];

    /// <summary>The salt of the A/B hash; null, the default: the model's name.</summary>
    public string? VariantSalt { get; set; }
}
