using Inference;
using Inference.Monitoring;
using Inference.Monitoring.Stage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

[assembly: PipelineStageBinding(typeof(MonitoringStageBinding))]

namespace Inference.Monitoring;

/// <summary>The stage <c>"Use": "Monitoring"</c> in the configuration of a model; its other keys are those of <see cref="MonitoringOptions"/>.</summary>
public sealed class MonitoringStageBinding : PipelineStageBinding<MonitoringOptions>
{
    private static readonly OptionKeys s_keys = OptionKeys.Of(
        nameof(MonitoringOptions.ProfilePath), nameof(MonitoringOptions.BurnInRows), nameof(MonitoringOptions.SegmentColumn), nameof(MonitoringOptions.AllowOtherModel), nameof(MonitoringOptions.Budget),
        nameof(MonitoringOptions.BucketDuration), nameof(MonitoringOptions.ExpectedFalseAlarms), nameof(MonitoringOptions.MinimumRows), nameof(MonitoringOptions.Tolerance), nameof(MonitoringOptions.FreshnessLimit), nameof(MonitoringOptions.Directory))
        .With(nameof(MonitoringOptions.Alerts), OptionKeys.Of(
                nameof(AlertOptions.MinimumState), nameof(AlertOptions.Log), nameof(AlertOptions.Health), nameof(AlertOptions.Recovery), nameof(AlertOptions.RepeatAfter), nameof(AlertOptions.RemindAfter),
                nameof(AlertOptions.SinkTimeout))
            .With(nameof(AlertOptions.Silences), OptionKeys.ListOf(OptionKeys.Of(
                    nameof(SilenceWindow.From), nameof(SilenceWindow.Until), nameof(SilenceWindow.DailyFrom), nameof(SilenceWindow.DailyUntil))
                .With(nameof(SilenceWindow.Days), OptionKeys.ListOf(OptionKeys.Value))))
            .With(nameof(AlertOptions.Webhook), OptionKeys.Of(
                    nameof(WebhookOptions.Url), nameof(WebhookOptions.SigningKey), nameof(WebhookOptions.HttpClientName), nameof(WebhookOptions.Timeout), nameof(WebhookOptions.MaxAttempts), nameof(WebhookOptions.Backoff),
                    nameof(WebhookOptions.MaxBackoff), nameof(WebhookOptions.GroupWindow), nameof(WebhookOptions.QueueCapacity))
                .With(nameof(WebhookOptions.Headers), OptionKeys.MapOf(OptionKeys.Value))));

    /// <inheritdoc/>
    public override string Name => "Monitoring";

    /// <inheritdoc/>
    public override PipelineStage Stage => PipelineStage.Monitoring;

    /// <inheritdoc/>
    public override OptionKeys Keys => s_keys;

    /// <inheritdoc/>
    protected override void Bind(IConfigurationSection section, MonitoringOptions options) => section.Bind(options);

    /// <inheritdoc/>
    protected override ValidateOptionsResult Validate(string model, MonitoringOptions options) => new MonitoringOptionsValidator().Validate(model, options);

    /// <inheritdoc/>
    protected override void Use(IModelPipelineBuilder builder) => builder.UseMonitoring();
}
