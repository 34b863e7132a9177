using Inference;
using Inference.Monitoring;
using Inference.Monitoring.Retraining;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

[assembly: PipelineStageBinding(typeof(RetrainingStageBinding))]

namespace Inference.Monitoring;

/// <summary>The stage <c>"Use": "Retraining"</c> in the configuration of a model; its other keys are those of <see cref="RetrainingOptions"/>.</summary>
public sealed class RetrainingStageBinding : PipelineStageBinding<RetrainingOptions>
{
    private static readonly OptionKeys s_keys = OptionKeys.Of(
        nameof(RetrainingOptions.Directory), nameof(RetrainingOptions.OnDrift), nameof(RetrainingOptions.OnPerformance), nameof(RetrainingOptions.Confirmation), nameof(RetrainingOptions.Metric), nameof(RetrainingOptions.MaxDrop),
        nameof(RetrainingOptions.Reference), nameof(RetrainingOptions.ConfirmWithin), nameof(RetrainingOptions.Schedule), nameof(RetrainingOptions.TimeZone), nameof(RetrainingOptions.MinimumLabels), nameof(RetrainingOptions.CoolDown),
        nameof(RetrainingOptions.CheckInterval), nameof(RetrainingOptions.Label), nameof(RetrainingOptions.LabelWindow), nameof(RetrainingOptions.MaxRows), nameof(RetrainingOptions.KeepBundles), nameof(RetrainingOptions.Retention), nameof(RetrainingOptions.Timeout))
        .With(nameof(RetrainingOptions.Command), OptionKeys.Of(
                nameof(RetrainingCommandOptions.FileName), nameof(RetrainingCommandOptions.Timeout), nameof(RetrainingCommandOptions.MaxOutputBytes), nameof(RetrainingCommandOptions.MaxFolderBytes), nameof(RetrainingCommandOptions.KeepFailedWork))
            .With(nameof(RetrainingCommandOptions.Arguments), OptionKeys.ListOf(OptionKeys.Value))
            .With(nameof(RetrainingCommandOptions.Environment), OptionKeys.MapOf(OptionKeys.Value)))
        .With(nameof(RetrainingOptions.Webhook), OptionKeys.Of(
                nameof(WebhookOptions.Url), nameof(WebhookOptions.SigningKey), nameof(WebhookOptions.HttpClientName), nameof(WebhookOptions.Timeout), nameof(WebhookOptions.MaxAttempts), nameof(WebhookOptions.Backoff),
                nameof(WebhookOptions.MaxBackoff))
            .With(nameof(WebhookOptions.Headers), OptionKeys.MapOf(OptionKeys.Value)));

    /// <inheritdoc/>
    public override string Name => "Retraining";

    /// <inheritdoc/>
    public override PipelineStage Stage => PipelineStage.Retraining;

    /// <inheritdoc/>
    public override OptionKeys Keys => s_keys;

    /// <inheritdoc/>
    public override bool AllowedPerVersion => false;

    /// <inheritdoc/>
    protected override void Bind(IConfigurationSection section, RetrainingOptions options) => section.Bind(options);

    /// <inheritdoc/>
    protected override ValidateOptionsResult Validate(string model, RetrainingOptions options) => new RetrainingOptionsValidator().Validate(model, options);

    /// <inheritdoc/>
    protected override void Use(IModelPipelineBuilder builder) => builder.UseRetraining();
}
