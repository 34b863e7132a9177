using System.ComponentModel.DataAnnotations;
using Inference.Monitoring.Retraining;
using Microsoft.Extensions.Options;

namespace Inference.Monitoring;

/// <summary>When a new model is asked for, and of whom. Named by model; a change takes effect at the next check, that of <see cref="Directory"/> when the model is loaded again.</summary>
public sealed class RetrainingOptions : IValidatableObject
{
    /// <summary>The folder of bundles and state, in which <c>{model}</c> stands for the model's name as in <see cref="MonitoringOptions.ProfilePath"/>, and which no other model or process may use.</summary>
    [Required]
    public string Directory { get; set; } = "";

    /// <summary>Whether an alarm of drift proposes a new model, which performance confirms; true by default.</summary>
    public bool OnDrift { get; set; } = true;

    /// <summary>Whether performance computed from labels that is worse by <see cref="MaxDrop"/> is a reason without drift too, because the relation of inputs and labels may change alone; true by default.</summary>
    public bool OnPerformance { get; set; } = true;

    /// <summary>What confirms that drift matters; either kind of performance by default.</summary>
    [EnumDataType(typeof(RetrainingConfirmation))]
    public RetrainingConfirmation Confirmation { get; set; }

    /// <summary>The name of the metric, as it is estimated by monitoring or computed by feedback; null, the default: any.</summary>
    public string? Metric { get; set; }

    /// <summary>How much worse than the reference the metric must be, at the near end of its interval, in the metric's unit, 0 to 1e9; the default is 0.02.</summary>
    [Range(0.0, 1e9)]
    public double MaxDrop { get; set; } = 0.02;

    /// <summary>The value of the metric that counts as right; null, the default: that of the profile, or the first that is computed from <see cref="MinimumLabels"/> labels of the version.</summary>
    public double? Reference { get; set; }

    /// <summary>How long drift that has ended remains a proposal, 0 to 365 days; the default is 7 days: performance is known later than drift.</summary>
    [DurationRange("00:00:00", "365.00:00:00")]
    public TimeSpan ConfirmWithin { get; set; } = TimeSpan.FromDays(7);

    /// <summary>When a new model is asked for in any case: five fields (minute, hour, day of month, month, day of week) as in cron, such as <c>0 3 * * MON</c>; null, the default: never. Times missed while the process did not run are one.</summary>
    public string? Schedule { get; set; }

    /// <summary>The time zone of <see cref="Schedule"/>, such as <c>Europe/Zagreb</c>; the default is UTC.</summary>
    [Required]
    public string TimeZone { get; set; } = "UTC";

    /// <summary>The labels since the last bundle below which none is made, 0 to 1,000,000,000; the default is 500.</summary>
    [Range(0L, 1_000_000_000L)]
    public long MinimumLabels { get; set; } = 500;

    /// <summary>The time between the beginnings of two retrainings at least, 0 to 365 days; the default is 1 day. Reasons that come meanwhile are one.</summary>
    [DurationRange("00:00:00", "365.00:00:00")]
    public TimeSpan CoolDown { get; set; } = TimeSpan.FromDays(1);

    /// <summary>How often reasons are looked for, 1 s to 1 day; the default is 1 minute.</summary>
    [DurationRange("00:00:01", "1.00:00:00")]
    public TimeSpan CheckInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The name of the reports that are labels; the default is <c>label</c>.</summary>
    [Required]
    public string Label { get; set; } = "label";

    /// <summary>The span of predictions whose labelled rows are in a bundle, 1 minute to 3,650 days; the default is 30 days.</summary>
    [DurationRange("00:01:00", "3650.00:00:00")]
    public TimeSpan LabelWindow { get; set; } = TimeSpan.FromDays(30);

    /// <summary>The labelled rows of a bundle at most, the latest, 1 to 10,000,000; the default is 200,000.</summary>
    [Range(1, 10_000_000)]
    public int MaxRows { get; set; } = 200_000;

    /// <summary>The bundles that are kept, 1 to 1,000; older ones are deleted. The default is 8.</summary>
    [Range(1, 1_000)]
    public int KeepBundles { get; set; } = 8;

    /// <summary>How long bundles are kept, 1 hour to 3,650 days; older ones are deleted, also the last. The default is 30 days. They hold rows of predictions, whatever the retention of feedback.</summary>
    [DurationRange("01:00:00", "3650.00:00:00")]
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(30);

    /// <summary>Trains, or asks somebody to. Null by default. It may take as long as <see cref="Timeout"/>.</summary>
    public Func<RetrainingBundle, CancellationToken, ValueTask>? Run { get; set; }

    /// <summary>How long <see cref="Run"/> may take, 1 s to 30 days; the default is 1 day. What does not heed its cancellation is left alone, and counts as failed.</summary>
    [DurationRange("00:00:01", "30.00:00:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromDays(1);

    /// <summary>A command that trains.</summary>
    [ValidateObjectMembers]
    public RetrainingCommandOptions Command { get; } = new();

    /// <summary>A webhook that is told of the bundle; without a URL, the default, there is none.</summary>
    [ValidateObjectMembers]
    public WebhookOptions Webhook { get; } = new();

    /// <summary>Validates the schedule and its time zone.</summary>
    IEnumerable<ValidationResult> IValidatableObject.Validate(ValidationContext validationContext)
    {
        if (!CronSchedule.TryParse(Schedule, TimeZone, out _, out string? why))
        {
            yield return new ValidationResult(why, [nameof(Schedule), nameof(TimeZone)]);
        }
    }
}
