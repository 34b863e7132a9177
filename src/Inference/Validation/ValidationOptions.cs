using System.ComponentModel.DataAnnotations;

namespace Inference.Validation;

/// <summary>Options for validating a model's inputs. Named options, under the model's name; a change takes effect with the next call.</summary>
public sealed class ValidationOptions : IValidatableObject
{
    /// <summary>Whether names, kinds, element types, ranks, fixed dimensions, and equal sizes of dimensions with the same symbol are checked before any other stage;
    /// true by default. A call that does not match the signature is rejected.</summary>
    public bool CheckSignature { get; set; } = true;

    /// <summary>Rules by input name. Inputs without a rule are checked against <see cref="Default"/>.</summary>
    public IDictionary<string, InputRule> Inputs { get; } = new Dictionary<string, InputRule>(StringComparer.Ordinal);

    /// <summary>The rule for numeric inputs without their own; null, the default, for none.</summary>
    public InputRule? Default { get; set; }

    /// <summary>The maximum number of flags recorded for one call, 0 to 65,536; 256 by default. All violations are counted.</summary>
    [Range(0, 65_536)]
    public int MaxFlags { get; set; } = 256;

    /// <summary>Checks the rules.</summary>
    IEnumerable<ValidationResult> IValidatableObject.Validate(ValidationContext validationContext)
    {
        foreach ((string name, InputRule rule) in Inputs)
        {
            foreach (string problem in Problems(rule))
            {
                yield return new ValidationResult($"Inputs['{name}'].{problem}", [nameof(Inputs)]);
            }
        }

        foreach (string problem in Default is null ? [] : Problems(Default))
        {
            yield return new ValidationResult($"Default.{problem}", [nameof(Default)]);
        }

        if (Default is { } common && (common.AllowedIds.Count > 0 || common.AllowedTexts.Count > 0 || common.MaxShape.Count > 0))
        {
            yield return new ValidationResult("Default: expected only bounds, AllowNaN and AllowInfinity, got a vocabulary or a shape. Set these in Inputs for a specific input.", [nameof(Default)]);
        }
    }

    private static IEnumerable<string> Problems(InputRule rule)
    {
        if (double.IsNaN(rule.Min ?? 0) || double.IsNaN(rule.Max ?? 0) || rule.Min > rule.Max)
        {
            yield return $"Min, Max: expected numbers with Min ≤ Max, got {rule.Min} and {rule.Max}. Swap or correct them.";
        }

        if (!Enum.IsDefined(rule.Action))
        {
            yield return $"Action: expected Reject, Clamp or Flag, got {rule.Action}. Choose one.";
        }

        if (rule.AllowedIds.Count > 0 && rule.AllowedTexts.Count > 0)
        {
            yield return "AllowedIds, AllowedTexts: expected only one of them, got both. Keep the one that matches the input's type.";
        }

        if (rule.Action == ValidationAction.Clamp)
        {
            if (rule.Replacement < rule.Min || rule.Replacement > rule.Max || !double.IsFinite(rule.Replacement))
            {
                yield return $"Replacement: expected a number from Min = {rule.Min} to Max = {rule.Max}, got {rule.Replacement}. Change it.";
            }

            if (rule.AllowedIds.Count > 0 && !rule.AllowedIds.Any(id => id == rule.Replacement))
            {
                yield return $"Replacement: expected one of AllowedIds, got {rule.Replacement}. Add it there, or change it.";
            }

            if (rule.AllowedTexts.Count > 0 && !rule.AllowedTexts.Contains(rule.ReplacementText))
            {
                yield return $"ReplacementText: expected one of AllowedTexts, got '{rule.ReplacementText}'. Add it there, or change it.";
            }
        }

        if (rule.MaxShape.Any(m => m < 0))
        {
            yield return $"MaxShape: expected sizes ≥ 0, got {string.Join(", ", rule.MaxShape)}. Use 0 for no limit.";
        }
    }
}
