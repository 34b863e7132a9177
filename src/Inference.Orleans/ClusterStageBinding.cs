using Inference;
using Inference.Orleans;
using Inference.Orleans.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

[assembly: PipelineStageBinding(typeof(ClusterStageBinding))]

namespace Inference.Orleans;

/// <summary>The stage <c>"Use": "Cluster"</c> in the configuration of a model, which then needs no path; its other keys are those of <see cref="ClusterModelOptions"/>.</summary>
public sealed class ClusterStageBinding : PipelineStageBinding<ClusterModelOptions>
{
    private static readonly OptionKeys s_keys = OptionKeys.Of(
        nameof(ClusterModelOptions.Model), nameof(ClusterModelOptions.Timeout), nameof(ClusterModelOptions.Retry), nameof(ClusterModelOptions.AttemptTimeout), nameof(ClusterModelOptions.MaxLocalCalls));

    /// <inheritdoc/>
    public override string Name => "Cluster";

    /// <inheritdoc/>
    public override PipelineStage Stage => PipelineStage.Custom;

    /// <inheritdoc/>
    public override OptionKeys Keys => s_keys;

    /// <inheritdoc/>
    public override bool AllowedPerVersion => false;

    /// <inheritdoc/>
    protected override void Bind(IConfigurationSection section, ClusterModelOptions options) => section.Bind(options);

    /// <inheritdoc/>
    protected override ValidateOptionsResult Validate(string model, ClusterModelOptions options) => new ClusterModelOptionsValidator().Validate(model, options);

    /// <inheritdoc/>
    protected override void Use(IModelPipelineBuilder builder) =>
        (builder as IModelBuilder ?? throw new InferenceException($"Model '{builder.ModelName}': expected Cluster in the pipeline of a registered model, got {builder.GetType().Name}. List it in Stages.")).UseCluster();
}
