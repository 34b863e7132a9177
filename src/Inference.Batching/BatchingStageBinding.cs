using Inference;
using Inference.Batching;
using Inference.Batching.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

[assembly: PipelineStageBinding(typeof(BatchingStageBinding))]

namespace Inference.Batching;

/// <summary>The stage <c>"Use": "Batching"</c> in the configuration of a model; its other keys are those of <see cref="BatchingOptions"/>.</summary>
public sealed class BatchingStageBinding : PipelineStageBinding<BatchingOptions>
{
    private static readonly OptionKeys s_keys = OptionKeys.Of(
            nameof(BatchingOptions.MaxRows), nameof(BatchingOptions.MaxDelay), nameof(BatchingOptions.MaxQueuedRows), nameof(BatchingOptions.QueueFull), nameof(BatchingOptions.MaxConcurrentBatches),
            nameof(BatchingOptions.LatencyObjective), nameof(BatchingOptions.Ragged), nameof(BatchingOptions.MaxCost), nameof(BatchingOptions.IsolateFaults), nameof(BatchingOptions.StepAside),
            nameof(BatchingOptions.RunInlineWhenIdle), nameof(BatchingOptions.WhenNotBatchable))
        .With(nameof(BatchingOptions.PadTo), OptionKeys.ListOf(OptionKeys.Value))
        .With(nameof(BatchingOptions.PadValues), OptionKeys.MapOf(OptionKeys.Value));

    /// <inheritdoc/>
    public override string Name => "Batching";

    /// <inheritdoc/>
    public override PipelineStage Stage => PipelineStage.Batching;

    /// <inheritdoc/>
    public override OptionKeys Keys => s_keys;

    /// <inheritdoc/>
    protected override void Bind(IConfigurationSection section, BatchingOptions options) => section.Bind(options);

    /// <inheritdoc/>
    protected override ValidateOptionsResult Validate(string model, BatchingOptions options) => new BatchingOptionsValidator().Validate(model, options);

    /// <inheritdoc/>
    protected override void Use(IModelPipelineBuilder builder) => builder.UseBatching();
}
