using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Inference.Monitoring;

/// <summary>Options of monitoring. Named by model; a change of the budget or of alerts takes effect immediately; one of <see cref="BucketDuration"/>, <see cref="ExpectedFalseAlarms"/>, <see cref="MinimumRows"/>, <see cref="Tolerance"/> or <see cref="FreshnessLimit"/> with the next bucket, with which evidence starts anew; of everything else when the model is loaded again.</summary>
public sealed class MonitoringOptions
{
    /// <summary>The file of the reference profile, in which <c>{model}</c> and <c>{version}</c> stand for the model's (other characters than letters, digits, <c>-</c>, <c>_</c> and <c>.</c> of ASCII are <c>%</c> and their number in hexadecimal there); null, the default: <see cref="Profile"/>, the profile that is published with the model (<see cref="IModelFiles"/>, such as by a version's manifest), or one learned from the first <see cref="BurnInRows"/> rows.</summary>
    public string? ProfilePath { get; set; }

    /// <summary>Returns the reference profile of a model or version, or null for none; wins over <see cref="ProfilePath"/>. Null by default.</summary>
    public Func<ModelInfo, ReferenceProfile?>? Profile { get; set; }

    /// <summary>The number of rows that a profile is learned from if none is given, 100 to 131,072; fewer once they take 256 MiB. The default is 10,000.</summary>
    [Range(100, ReferenceProfileBuilder.MaxLearnedRows)]
    public int BurnInRows { get; set; } = 10_000;

    /// <summary>For a learned profile: the categorical column whose values are segments; null, the default, for none.</summary>
    public string? SegmentColumn { get; set; }

    /// <summary>Whether a profile of another model is used if its columns fit; false by default.</summary>
    public bool AllowOtherModel { get; set; }

    /// <summary>The share of the calls' own time that counting may take, 0.0001 to 1; above it, calls are sampled by a hash of their prediction id. The default is 0.01; null: every call is counted.</summary>
    [Range(0.0001, 1.0)]
    public double? Budget { get; set; } = 0.01;

    /// <summary>The duration of a bucket, after which counts are evaluated, 1 s to 1 day; the default is 1 minute.</summary>
    [DurationRange("00:00:01", "1.00:00:00")]
    public TimeSpan BucketDuration { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The mean time between two false data-set alarms, 1 hour to 3,650 days; the default is 90 days.</summary>
    [DurationRange("01:00:00", "3650.00:00:00")]
    public TimeSpan ExpectedFalseAlarms { get; set; } = TimeSpan.FromDays(90);

    /// <summary>The number of rows below which nothing is judged, 10 to 1,048,576; shorter buckets are joined. The default is 500.</summary>
    [Range(10, 1 << 20)]
    public int MinimumRows { get; set; } = 500;

    /// <summary>The relative change of a cell's share that is not drift, 0 to 1; the default is 0.1.</summary>
    [Range(0.0, 1.0)]
    public double Tolerance { get; set; } = 0.1;

    /// <summary>After how long a pause between calls the model is in alarm, 1 second to 365 days; null, the default: once a week was seen, after twice the longest pause of that time. A model that was never called is then in alarm only if a limit is stated.</summary>
    [DurationRange("00:00:01", "365.00:00:00")]
    public TimeSpan? FreshnessLimit { get; set; }

    /// <summary>The folder that windows and evidence are kept in, in which <c>{model}</c> and <c>{version}</c> stand for the model's as in <see cref="ProfilePath"/>, and which no other process may use; null, the default: the last ones are kept in memory, 64 KiB of them.</summary>
    public string? Directory { get; set; }

    /// <summary>Which changes of state are told to whom.</summary>
    [ValidateObjectMembers]
    public AlertOptions Alerts { get; } = new();

    /// <summary>Returns the store of a model's or version's windows, or null for that of <see cref="Directory"/>. Null by default.</summary>
    public Func<ModelInfo, IWindowStore?>? Store { get; set; }
}
