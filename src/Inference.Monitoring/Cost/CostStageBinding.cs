using Inference;
using Inference.Monitoring;
using Inference.Monitoring.Cost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

[assembly: PipelineStageBinding(typeof(CostStageBinding))]

namespace Inference.Monitoring;

/// <summary>The stage <c>"Use": "Cost"</c> in the configuration of a model; its other keys are those of <see cref="CostOptions"/>.</summary>
public sealed class CostStageBinding : PipelineStageBinding<CostOptions>
{
    private static readonly OptionKeys s_keys = OptionKeys.Of(nameof(CostOptions.PricePerCoreHour), nameof(CostOptions.Every));

    /// <inheritdoc/>
    public override string Name => "Cost";

    /// <inheritdoc/>
    public override PipelineStage Stage => PipelineStage.Cost;

    /// <inheritdoc/>
    public override OptionKeys Keys => s_keys;

    /// <inheritdoc/>
    protected override void Bind(IConfigurationSection section, CostOptions options) => section.Bind(options);

    /// <inheritdoc/>
    protected override ValidateOptionsResult Validate(string model, CostOptions options) => new CostOptionsValidator().Validate(model, options);

    /// <inheritdoc/>
    protected override void Use(IModelPipelineBuilder builder) => builder.UseCost();
}
