using Inference;
using Inference.Sequences;
using Inference.Sequences.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

[assembly: PipelineStageBinding(typeof(SequencesStageBinding))]

namespace Inference.Sequences;

/// <summary>The stage <c>"Use": "Sequences"</c> in the configuration of a model; its other keys are those of <see cref="SequenceOptions"/>.</summary>
public sealed class SequencesStageBinding : PipelineStageBinding<SequenceOptions>
{
    private static readonly OptionKeys s_keys = OptionKeys.Of(
            nameof(SequenceOptions.MaxSequences), nameof(SequenceOptions.IdleTimeout), nameof(SequenceOptions.MaxWaitingCalls), nameof(SequenceOptions.ReturnStates))
        .With(nameof(SequenceOptions.States), OptionKeys.ListOf(
            OptionKeys.Of(nameof(SequenceState.Output), nameof(SequenceState.Input)).With(nameof(SequenceState.Shape), OptionKeys.ListOf(OptionKeys.Value))));

    /// <inheritdoc/>
    public override string Name => "Sequences";

    /// <inheritdoc/>
    public override PipelineStage Stage => PipelineStage.Sequences;

    /// <inheritdoc/>
    public override OptionKeys Keys => s_keys;

    /// <inheritdoc/>
    protected override void Bind(IConfigurationSection section, SequenceOptions options) => section.Bind(options);

    /// <inheritdoc/>
    protected override ValidateOptionsResult Validate(string model, SequenceOptions options) => new SequenceOptionsValidator().Validate(model, options);

    /// <inheritdoc/>
    protected override void Use(IModelPipelineBuilder builder) => builder.UseSequences();
}
