using Inference;
using Inference.Versioning;
using Inference.Versioning.Options;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

[assembly: PipelineStageBinding(typeof(FallbackStageBinding))]

namespace Inference.Versioning;

/// <summary>The stage <c>"Use": "Fallback"</c> in the configuration of a model; its other keys are those of <see cref="FallbackOptions"/>.</summary>
public sealed class FallbackStageBinding : PipelineStageBinding<FallbackOptions>
{
    private static readonly OptionKeys s_keys = OptionKeys.Of(
            nameof(FallbackOptions.AttemptTimeout), nameof(FallbackOptions.Reserve), nameof(FallbackOptions.MaxDetached), nameof(FallbackOptions.FailureRatio), nameof(FallbackOptions.MinimumCalls),
            nameof(FallbackOptions.SamplingPeriod), nameof(FallbackOptions.BreakDuration), nameof(FallbackOptions.DegradedShare))
        .With(nameof(FallbackOptions.Chain), OptionKeys.ListOf(OptionKeys.Value));

    /// <inheritdoc/>
    public override string Name => "Fallback";

    /// <inheritdoc/>
    public override PipelineStage Stage => PipelineStage.Fallback;

    /// <inheritdoc/>
    public override OptionKeys Keys => s_keys;

    /// <inheritdoc/>
    public override bool AllowedPerVersion => false;

    /// <inheritdoc/>
    protected override void Bind(IConfigurationSection section, FallbackOptions options) => section.Bind(options);

    /// <inheritdoc/>
    protected override ValidateOptionsResult Validate(string model, FallbackOptions options) =>
        new FallbackOptionsValidator().Validate(model, options) is { Failed: true } ranges ? ranges : new FallbackOptionsRules().Validate(model, options);

    /// <inheritdoc/>
    protected override void Use(IModelPipelineBuilder builder) => builder.UseFallback();
}
