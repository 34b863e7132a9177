using Inference;
using Inference.Versioning;
using Inference.Versioning.Options;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

[assembly: PipelineStageBinding(typeof(VersioningStageBinding))]

namespace Inference.Versioning;

/// <summary>The stage <c>"Use": "Versioning"</c> in the configuration of a model; its other keys are those of <see cref="VersioningOptions"/>.</summary>
public sealed class VersioningStageBinding : PipelineStageBinding<VersioningOptions>
{
    private static readonly OptionKeys s_keys = OptionKeys.Of(
            nameof(VersioningOptions.Policy), nameof(VersioningOptions.Rollout), nameof(VersioningOptions.KeepLatest), nameof(VersioningOptions.PinnedVersion), nameof(VersioningOptions.DefaultLabel),
            nameof(VersioningOptions.MaxLoadedBytes), nameof(VersioningOptions.Watch), nameof(VersioningOptions.PollInterval), nameof(VersioningOptions.Debounce), nameof(VersioningOptions.RetryFailedAfter),
            nameof(VersioningOptions.DrainTimeout), nameof(VersioningOptions.StateDirectory), nameof(VersioningOptions.AllowSignatureChange), nameof(VersioningOptions.RequireGoldenRows),
            nameof(VersioningOptions.GoldenRelativeTolerance), nameof(VersioningOptions.GoldenAbsoluteTolerance), nameof(VersioningOptions.MaxGoldenRelativeTolerance),
            nameof(VersioningOptions.MaxGoldenAbsoluteTolerance), nameof(VersioningOptions.WarmupRuns), nameof(VersioningOptions.VariantSalt))
        .With(nameof(VersioningOptions.Labels), OptionKeys.MapOf(OptionKeys.Value))
        .With(nameof(VersioningOptions.WarmupRows), OptionKeys.ListOf(OptionKeys.Value))
        .With(nameof(VersioningOptions.Signing), OptionKeys.Of(nameof(SigningOptions.Required), nameof(SigningOptions.OldestVersion))
            .With(nameof(SigningOptions.Keys), OptionKeys.MapOf(OptionKeys.Value))
            .With(nameof(SigningOptions.Validity), OptionKeys.MapOf(OptionKeys.Of(nameof(KeyValidity.NotBefore), nameof(KeyValidity.NotAfter))))
            .With(nameof(SigningOptions.CertificateRoots), OptionKeys.ListOf(OptionKeys.Value)))
        .With(nameof(VersioningOptions.Audit), OptionKeys.Of(
            nameof(AuditOptions.SigningKey), nameof(AuditOptions.SigningKeyFile), nameof(AuditOptions.Passphrase), nameof(AuditOptions.EveryDecisions), nameof(AuditOptions.EveryInterval), nameof(AuditOptions.RecordLoads)))
        .With(nameof(VersioningOptions.Canary), OptionKeys.Of(
            nameof(CanaryOptions.Percent), nameof(CanaryOptions.AutomaticRollback), nameof(CanaryOptions.FalseAlarmProbability), nameof(CanaryOptions.ErrorTolerance), nameof(CanaryOptions.CompareLatency),
            nameof(CanaryOptions.LatencyQuantile), nameof(CanaryOptions.LatencyTolerance), nameof(CanaryOptions.LatencyWarmupCalls), nameof(CanaryOptions.ShadowWarmupCalls), nameof(CanaryOptions.WorstMetric), nameof(CanaryOptions.BestMetric),
            nameof(CanaryOptions.PromoteAfterCalls), nameof(CanaryOptions.PromoteAfterOutcomes), nameof(CanaryOptions.OutcomeWeight), nameof(CanaryOptions.CompareCost), nameof(CanaryOptions.CostTolerance), nameof(CanaryOptions.Salt)))
        .With(nameof(VersioningOptions.Shadow), OptionKeys.Of(
            nameof(ShadowOptions.Target), nameof(ShadowOptions.Percent), nameof(ShadowOptions.MaxInFlight), nameof(ShadowOptions.MaxBytes), nameof(ShadowOptions.RelativeTolerance),
            nameof(ShadowOptions.AbsoluteTolerance), nameof(ShadowOptions.Timeout)))
        .With(nameof(VersioningOptions.Variants), OptionKeys.ListOf(OptionKeys.Of(nameof(VariantOptions.Target), nameof(VariantOptions.Percent))));

    /// <inheritdoc/>
    public override string Name => "Versioning";

    /// <inheritdoc/>
    public override PipelineStage Stage => PipelineStage.Versioning;

    /// <inheritdoc/>
    public override OptionKeys Keys => s_keys;

    /// <inheritdoc/>
    public override bool AllowedPerVersion => false;

    /// <inheritdoc/>
    protected override void Bind(IConfigurationSection section, VersioningOptions options) => section.Bind(options);

    /// <inheritdoc/>
    protected override ValidateOptionsResult Validate(string model, VersioningOptions options) =>
        new VersioningOptionsValidator().Validate(model, options) is { Failed: true } ranges ? ranges : new VersioningOptionsRules().Validate(model, options);

    /// <inheritdoc/>
    protected override void Use(IModelPipelineBuilder builder) =>
        (builder as IModelBuilder ?? throw new InferenceException($"Model '{builder.ModelName}': expected Versioning in the pipeline of a registered model, got {builder.GetType().Name}. List it in Stages.")).UseVersioning();
}
