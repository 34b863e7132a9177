using Inference;
using Inference.Batching;
using Inference.Batching.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

[assembly: PipelineStageBinding(typeof(BatchAxesStageBinding))]

namespace Inference.Batching;

/// <summary>The stage <c>"Use": "BatchAxes"</c> in the configuration of a model; its other keys are those of <see cref="BatchAxesOptions"/>.</summary>
public sealed class BatchAxesStageBinding : PipelineStageBinding<BatchAxesOptions>
{
    private static readonly OptionKeys s_keys = OptionKeys.Of()
        .With(nameof(BatchAxesOptions.Axes), OptionKeys.MapOf(OptionKeys.Value))
        .With(nameof(BatchAxesOptions.Shared), OptionKeys.ListOf(OptionKeys.Value));

    /// <inheritdoc/>
    public override string Name => "BatchAxes";

    /// <inheritdoc/>
    public override PipelineStage Stage => PipelineStage.BatchAxes;

    /// <inheritdoc/>
    public override OptionKeys Keys => s_keys;

    /// <inheritdoc/>
    protected override void Bind(IConfigurationSection section, BatchAxesOptions options) => section.Bind(options);

    /// <inheritdoc/>
    protected override ValidateOptionsResult Validate(string model, BatchAxesOptions options) => new BatchAxesOptionsValidator().Validate(model, options);

    /// <inheritdoc/>
    protected override void Use(IModelPipelineBuilder builder) => builder.UseBatchAxes();
}
