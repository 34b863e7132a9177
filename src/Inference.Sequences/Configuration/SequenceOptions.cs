using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Inference.Sequences;

/// <summary>Options of sequences. Named by model; a change of the limits takes effect immediately, <see cref="States"/> are those of the time when the model was loaded.</summary>
public sealed class SequenceOptions : IValidatableObject
{
    /// <summary>The states; at least one.</summary>
    [ValidateEnumeratedItems]
    public IList<SequenceState> States { get; } = [];

    /// <summary>The maximum number of sequences, 1 to 10,000,000; the default is 10,000. A call that would begin one more is refused with <see cref="OverloadedException"/>.</summary>
    [Range(1, 10_000_000)]
    public int MaxSequences { get; set; } = 10_000;

    /// <summary>How long a sequence is kept after its last call completed, 1 s to 30 days; the default is 5 minutes. Its memory is freed at most half of this time later.</summary>
    [DurationRange("00:00:01", "30.00:00:00")]
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>The maximum number of calls of one sequence that wait for the one before them, 0 to 65,536; the default is 64. One more is refused with <see cref="OverloadedException"/>.</summary>
    [Range(0, 65_536)]
    public int MaxWaitingCalls { get; set; } = 64;

    /// <summary>Whether calls return the states beside the other outputs; false by default.</summary>
    public bool ReturnStates { get; set; }

    /// <summary>Validates constraints that involve several options.</summary>
    IEnumerable<ValidationResult> IValidatableObject.Validate(ValidationContext validationContext)
    {
        if (States.Count == 0)
        {
            yield return new ValidationResult("States: expected at least one pair of an output and an input, got none. Add one: o.States.Add(\"stateN\", \"state\").", [nameof(States)]);
        }

        foreach (string output in States.GroupBy(s => s.Output, StringComparer.Ordinal).Where(g => g.Count() > 1).Select(g => g.Key))
        {
            yield return new ValidationResult($"States: expected each output once, got '{output}' twice. Remove one of them.", [nameof(States)]);
        }

        foreach (string input in States.GroupBy(s => s.Input, StringComparer.Ordinal).Where(g => g.Count() > 1).Select(g => g.Key))
        {
            yield return new ValidationResult($"States: expected each input once, got '{input}' twice. Remove one of them.", [nameof(States)]);
        }

        foreach (SequenceState state in States)
        {
            if (state is { Shape: not null, Initial: not null })
            {
                yield return new ValidationResult($"States: '{state.Input}': expected Shape or Initial, got both. Remove one of them.", [nameof(States)]);
            }

            if (state.Shape is { } shape && shape.Any(d => d < 0))
            {
                yield return new ValidationResult($"States: '{state.Input}': expected a Shape of dimensions of 0 or more, got {TensorShape.Format([.. shape])}.", [nameof(States)]);
            }
        }
    }
}
