using System.ComponentModel.DataAnnotations;

namespace Inference.Batching;

/// <summary>Options of the batch axes of a model. Named by model; read when the pipeline is built.</summary>
public sealed class BatchAxesOptions : IValidatableObject
{
    /// <summary>The batch axis of inputs and outputs by their names, 0 or more; those that are not named have axis 0.</summary>
    public IDictionary<string, int> Axes { get; } = new Dictionary<string, int>(StringComparer.Ordinal);

    /// <summary>Inputs without a batch axis, one value of which holds for all rows of a run. Scalars are such inputs and need not be named.</summary>
    public IList<string> Shared { get; } = [];

    /// <summary>Validates constraints that involve several options.</summary>
    IEnumerable<ValidationResult> IValidatableObject.Validate(ValidationContext validationContext)
    {
        foreach ((string name, int axis) in Axes)
        {
            if (axis < 0)
            {
                yield return new ValidationResult($"Axes: '{name}': expected an axis of 0 or more, got {axis}. Name an input without a batch axis in Shared.", [nameof(Axes)]);
            }

            if (Shared.Contains(name))
            {
                yield return new ValidationResult($"Axes: '{name}': expected an axis or a shared input, got both. Remove it from Axes or from Shared.", [nameof(Axes)]);
            }
        }
    }
}
