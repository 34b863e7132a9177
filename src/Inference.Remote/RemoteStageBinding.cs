using Inference;
using Inference.Remote;
using Inference.Remote.Options;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

[assembly: PipelineStageBinding(typeof(RemoteStageBinding))]

namespace Inference.Remote;

/// <summary>The stage <c>"Use": "Remote"</c> in the configuration of a model, which then needs no path; its other keys are those of <see cref="RemoteModelOptions"/>.</summary>
public sealed class RemoteStageBinding : PipelineStageBinding<RemoteModelOptions>
{
    private static readonly OptionKeys s_keys = OptionKeys.Of(
            nameof(RemoteModelOptions.Model), nameof(RemoteModelOptions.Version), nameof(RemoteModelOptions.Protocol), nameof(RemoteModelOptions.Timeout), nameof(RemoteModelOptions.ConnectTimeout),
            nameof(RemoteModelOptions.MaxAttempts), nameof(RemoteModelOptions.HedgeAfter), nameof(RemoteModelOptions.EjectAfter), nameof(RemoteModelOptions.EjectionTime), nameof(RemoteModelOptions.MaxResponseBytes),
            nameof(RemoteModelOptions.CompressAbove), nameof(RemoteModelOptions.AssertRowIndependent), nameof(RemoteModelOptions.Deterministic))
        .With(nameof(RemoteModelOptions.Endpoints), OptionKeys.ListOf(OptionKeys.Value))
        .With(nameof(RemoteModelOptions.Headers), OptionKeys.MapOf(OptionKeys.Value));

    /// <inheritdoc/>
    public override string Name => "Remote";

    /// <inheritdoc/>
    public override PipelineStage Stage => PipelineStage.Custom;

    /// <inheritdoc/>
    public override OptionKeys Keys => s_keys;

    /// <inheritdoc/>
    public override bool AllowedPerVersion => false;

    /// <inheritdoc/>
    protected override void Bind(IConfigurationSection section, RemoteModelOptions options) => section.Bind(options);

    /// <inheritdoc/>
    protected override ValidateOptionsResult Validate(string model, RemoteModelOptions options) => new RemoteModelOptionsValidator().Validate(model, options);

    /// <inheritdoc/>
    protected override void Use(IModelPipelineBuilder builder) =>
        (builder as IModelBuilder ?? throw new InferenceException($"Model '{builder.ModelName}': expected Remote in the pipeline of a registered model, got {builder.GetType().Name}. List it in Stages.")).UseRemote();
}
