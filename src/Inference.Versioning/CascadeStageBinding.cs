using Inference;
using Inference.Versioning;
using Inference.Versioning.Cascade;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

[assembly: PipelineStageBinding(typeof(CascadeStageBinding))]

namespace Inference.Versioning;

/// <summary>The stage <c>"Use": "Cascade"</c> in the configuration of a model; its other keys are those of <see cref="CascadeOptions"/>.</summary>
public sealed class CascadeStageBinding : PipelineStageBinding<CascadeOptions>
{
    private static readonly OptionKeys s_keys = OptionKeys.Of(nameof(CascadeOptions.SmallModel), nameof(CascadeOptions.ThresholdValue), nameof(CascadeOptions.GoOnAfterError))
        .With(nameof(CascadeOptions.Threshold), OptionKeys.Of(nameof(CascadeThreshold.Output), nameof(CascadeThreshold.Kind), nameof(CascadeThreshold.Threshold), nameof(CascadeThreshold.Transform)));

    /// <inheritdoc/>
    public override string Name => "Cascade";

    /// <inheritdoc/>
    public override PipelineStage Stage => PipelineStage.Custom;

    /// <inheritdoc/>
    public override OptionKeys Keys => s_keys;

    /// <inheritdoc/>
    public override bool AllowedPerVersion => false;

    /// <inheritdoc/>
    protected override void Bind(IConfigurationSection section, CascadeOptions options) => section.Bind(options);

    /// <inheritdoc/>
    protected override ValidateOptionsResult Validate(string model, CascadeOptions options) => new CascadeOptionsValidator().Validate(model, options);

    /// <inheritdoc/>
    protected override void Use(IModelPipelineBuilder builder) => builder.UseCascade();
}
