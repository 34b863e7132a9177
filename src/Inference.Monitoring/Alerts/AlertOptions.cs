using System.ComponentModel.DataAnnotations;
using Inference.Monitoring.Alerts;
using Microsoft.Extensions.Options;

namespace Inference.Monitoring;

/// <summary>Which changes of a model's state are told to whom. Changes of the options take effect at the next evaluation.</summary>
/// <remarks>Log, health and meters follow every change of state at once. The other rules are for <see cref="IAlertSink"/>s and the webhook, which people read.</remarks>
public sealed class AlertOptions : IValidatableObject
{
    /// <summary>The mildest state that is told, <see cref="MonitoringState.Warning"/> or <see cref="MonitoringState.Alarm"/>; the default is Warning. That monitoring is unavailable is always told.</summary>
    public MonitoringState MinimumState { get; set; } = MonitoringState.Warning;

    /// <summary>Whether changes are written to the log; true by default.</summary>
    public bool Log { get; set; } = true;

    /// <summary>Whether a model in alarm is reported as degraded by health checks; true by default.</summary>
    public bool Health { get; set; } = true;

    /// <summary>Whether the end of a warning or alarm is told too; true by default.</summary>
    public bool Recovery { get; set; } = true;

    /// <summary>For how long an alert with the same key (model, version, state, columns) is not told again, 0 to 30 days; the default is 1 hour. If it still holds then, it is told.</summary>
    [DurationRange("00:00:00", "30.00:00:00")]
    public TimeSpan RepeatAfter { get; set; } = TimeSpan.FromHours(1);

    /// <summary>After which time an alert that lasts and was not acknowledged is told again, 1 minute to 365 days; null: never. The default is 1 day.</summary>
    [DurationRange("00:01:00", "365.00:00:00")]
    public TimeSpan? RemindAfter { get; set; } = TimeSpan.FromDays(1);

    /// <summary>How long a sink may take for one alert, 0.1 s to 10 minutes; the default is 10 s.</summary>
    [DurationRange("00:00:00.1000000", "00:10:00")]
    public TimeSpan SinkTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Times in which nothing is told; what still holds afterwards is told then. At most 64.</summary>
    [ValidateEnumeratedItems]
    [MostItems(64)]
    public IList<SilenceWindow> Silences { get; } = [];

    /// <summary>A webhook for alerts of this model alone; without a URL, the default, there is none. For one webhook for all models see <c>AddWebhookAlerts</c>.</summary>
    [ValidateObjectMembers]
    public WebhookOptions Webhook { get; } = new();

    /// <summary>Validates the minimum.</summary>
    IEnumerable<ValidationResult> IValidatableObject.Validate(ValidationContext validationContext)
    {
        if (MinimumState is not (MonitoringState.Warning or MonitoringState.Alarm))
        {
            yield return new ValidationResult($"MinimumState: expected Warning or Alarm, got {MinimumState}. Change the option.", [nameof(MinimumState)]);
        }
    }
}
