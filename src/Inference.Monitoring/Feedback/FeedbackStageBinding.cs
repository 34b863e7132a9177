using Inference;
using Inference.Monitoring;
using Inference.Monitoring.Feedback;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

[assembly: PipelineStageBinding(typeof(FeedbackStageBinding))]

namespace Inference.Monitoring;

/// <summary>The stage <c>"Use": "Feedback"</c> in the configuration of a model; its other keys are those of <see cref="FeedbackOptions"/>.</summary>
public sealed class FeedbackStageBinding : PipelineStageBinding<FeedbackOptions>
{
    private static readonly OptionKeys s_keys = OptionKeys.Of(
            nameof(FeedbackOptions.Share), nameof(FeedbackOptions.Score), nameof(FeedbackOptions.MaxRowsPerCall), nameof(FeedbackOptions.Retention), nameof(FeedbackOptions.HashKey), nameof(FeedbackOptions.QueueCapacity), nameof(FeedbackOptions.MaxQueuedBytes),
            nameof(FeedbackOptions.FlushInterval), nameof(FeedbackOptions.StoreTimeout), nameof(FeedbackOptions.MaxBackoff))
        .With(nameof(FeedbackOptions.Segments), OptionKeys.ListOf(OptionKeys.Value))
        .With(nameof(FeedbackOptions.Columns), OptionKeys.ListOf(OptionKeys.Of(nameof(FeedbackColumnOptions.Name), nameof(FeedbackColumnOptions.Redaction), nameof(FeedbackColumnOptions.Step))))
        .With(nameof(FeedbackOptions.Performance), OptionKeys.Of(
                nameof(FeedbackPerformanceOptions.Label), nameof(FeedbackPerformanceOptions.Threshold), nameof(FeedbackPerformanceOptions.Interval), nameof(FeedbackPerformanceOptions.MaxPredictions),
                nameof(FeedbackPerformanceOptions.MinimumRows), nameof(FeedbackPerformanceOptions.FairnessGap))
            .With(nameof(FeedbackPerformanceOptions.Metrics), OptionKeys.ListOf(OptionKeys.Value))
            .With(nameof(FeedbackPerformanceOptions.FairnessColumns), OptionKeys.ListOf(OptionKeys.Value)))
        .With(nameof(FeedbackOptions.Exemplars), OptionKeys.Of(nameof(ExemplarOptions.Enabled), nameof(ExemplarOptions.RowsPerColumn), nameof(ExemplarOptions.Columns)));

    /// <inheritdoc/>
    public override string Name => "Feedback";

    /// <inheritdoc/>
    public override PipelineStage Stage => PipelineStage.Feedback;

    /// <inheritdoc/>
    public override bool AllowedPerVersion => false;

    /// <inheritdoc/>
    public override OptionKeys Keys => s_keys;

    /// <inheritdoc/>
    protected override void Bind(IConfigurationSection section, FeedbackOptions options) => section.Bind(options);

    /// <inheritdoc/>
    protected override ValidateOptionsResult Validate(string model, FeedbackOptions options) => new FeedbackOptionsValidator().Validate(model, options);

    /// <inheritdoc/>
    protected override void Use(IModelPipelineBuilder builder) => builder.UseFeedback();
}
