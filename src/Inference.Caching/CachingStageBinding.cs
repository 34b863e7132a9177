using Inference;
using Inference.Caching;
using Inference.Caching.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

[assembly: PipelineStageBinding(typeof(CachingStageBinding))]

namespace Inference.Caching;

/// <summary>The stage <c>"Use": "Caching"</c> in the configuration of a model; its other keys are those of <see cref="CachingOptions"/>.</summary>
public sealed class CachingStageBinding : PipelineStageBinding<CachingOptions>
{
    private static readonly OptionKeys s_keys = OptionKeys.Of(
            nameof(CachingOptions.MaxBytes), nameof(CachingOptions.TimeToLive), nameof(CachingOptions.Adaptive), nameof(CachingOptions.SingleFlight), nameof(CachingOptions.WhenNotCacheable))
        .With(nameof(CachingOptions.SecondLevel), OptionKeys.Of(
            nameof(SecondLevelOptions.Enabled), nameof(SecondLevelOptions.Timeout), nameof(SecondLevelOptions.TimeToLive), nameof(SecondLevelOptions.BreakDuration), nameof(SecondLevelOptions.MaxRowsPerCall),
            nameof(SecondLevelOptions.MaxPendingWrites), nameof(SecondLevelOptions.EraseDelay)));

    /// <inheritdoc/>
    public override string Name => "Caching";

    /// <inheritdoc/>
    public override PipelineStage Stage => PipelineStage.Caching;

    /// <inheritdoc/>
    public override OptionKeys Keys => s_keys;

    /// <inheritdoc/>
    protected override void Bind(IConfigurationSection section, CachingOptions options) => section.Bind(options);

    /// <inheritdoc/>
    protected override ValidateOptionsResult Validate(string model, CachingOptions options) => new CachingOptionsValidator().Validate(model, options);

    /// <inheritdoc/>
    protected override void Use(IModelPipelineBuilder builder) => builder.UseCaching();
}
