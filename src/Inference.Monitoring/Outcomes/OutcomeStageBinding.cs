using Inference;
using Inference.Monitoring;
using Inference.Monitoring.Outcomes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

[assembly: PipelineStageBinding(typeof(OutcomeStageBinding))]

namespace Inference.Monitoring;

/// <summary>The entry <c>"Use": "Outcomes"</c> in the configuration of a model; its other keys are those of <see cref="OutcomeOptions"/>. It adds no stage and may be anywhere in the list.</summary>
public sealed class OutcomeStageBinding : PipelineStageBinding<OutcomeOptions>
{
    private static readonly PipelineStage s_stage = new("Outcomes", null);

    private static readonly OptionKeys s_keys = OptionKeys.Of(
        nameof(OutcomeOptions.Name), nameof(OutcomeOptions.Measure), nameof(OutcomeOptions.Threshold), nameof(OutcomeOptions.Lowest), nameof(OutcomeOptions.Highest), nameof(OutcomeOptions.LowerIsBetter),
        nameof(OutcomeOptions.Tolerance), nameof(OutcomeOptions.Maturity), nameof(OutcomeOptions.Interval), nameof(OutcomeOptions.SampleRatioAlpha));

    /// <inheritdoc/>
    public override string Name => "Outcomes";

    /// <inheritdoc/>
    public override PipelineStage Stage => s_stage;

    /// <inheritdoc/>
    public override OptionKeys Keys => s_keys;

    /// <inheritdoc/>
    public override bool AllowedPerVersion => false;

    /// <inheritdoc/>
    protected override void Bind(IConfigurationSection section, OutcomeOptions options) => section.Bind(options);

    /// <inheritdoc/>
    protected override ValidateOptionsResult Validate(string model, OutcomeOptions options) => new OutcomeOptionsValidator().Validate(model, options);

    /// <inheritdoc/>
    protected override void Use(IModelPipelineBuilder builder) =>
        (builder as IModelBuilder ?? throw new InferenceException($"Model '{builder.ModelName}': expected Outcomes in the pipeline of a registered model, got {builder.GetType().Name}. List it in Stages.")).UseOutcomes();
}
