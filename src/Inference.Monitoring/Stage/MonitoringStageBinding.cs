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
        nameof(MonitoringOptions.BucketDuration), nameof(MonitoringOptions.ExpectedFalseAlarms), nameof(MonitoringOptions.MinimumRows), nameof(MonitoringOptions.Tolerance), nameof(MonitoringOptions.Directory));

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
