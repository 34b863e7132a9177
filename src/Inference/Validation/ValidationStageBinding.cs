using Inference;
using Inference.Validation;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

[assembly: PipelineStageBinding(typeof(ValidationStageBinding))]

namespace Inference.Validation;

/// <summary>The stage <c>"Use": "Validation"</c> in the configuration of a model; its other keys are those of <see cref="ValidationOptions"/>.</summary>
public sealed class ValidationStageBinding : PipelineStageBinding<ValidationOptions>
{
    private static readonly OptionKeys s_rule = OptionKeys.Of(
            nameof(InputRule.Action), nameof(InputRule.Min), nameof(InputRule.Max), nameof(InputRule.AllowNaN), nameof(InputRule.AllowInfinity), nameof(InputRule.Replacement), nameof(InputRule.ReplacementText))
        .With(nameof(InputRule.AllowedIds), OptionKeys.ListOf(OptionKeys.Value))
        .With(nameof(InputRule.AllowedTexts), OptionKeys.ListOf(OptionKeys.Value))
        .With(nameof(InputRule.MaxShape), OptionKeys.ListOf(OptionKeys.Value));

    private static readonly OptionKeys s_keys = OptionKeys.Of(nameof(ValidationOptions.CheckSignature), nameof(ValidationOptions.MaxFlags))
        .With(nameof(ValidationOptions.Inputs), OptionKeys.MapOf(s_rule))
        .With(nameof(ValidationOptions.Default), s_rule);

    /// <inheritdoc/>
    public override string Name => "Validation";

    /// <inheritdoc/>
    public override PipelineStage Stage => PipelineStage.Validation;

    /// <inheritdoc/>
    public override OptionKeys Keys => s_keys;

    /// <inheritdoc/>
    protected override void Bind(IConfigurationSection section, ValidationOptions options) => section.Bind(options);

    /// <inheritdoc/>
    protected override ValidateOptionsResult Validate(string model, ValidationOptions options) => new ValidationOptionsValidator().Validate(model, options);

    /// <inheritdoc/>
    protected override void Use(IModelPipelineBuilder builder) => builder.UseValidation();
}
