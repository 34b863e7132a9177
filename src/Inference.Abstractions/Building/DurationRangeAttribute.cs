using System.ComponentModel.DataAnnotations;
using System.Globalization;

namespace Inference;

/// <summary>Restricts a <see cref="TimeSpan"/> option: minimum ≤ value ≤ maximum; null is valid. Uses no reflection, unlike <see cref="RangeAttribute"/> on types, so that generated validators
/// work in trimmed programs.</summary>
/// <param name="minimum">The smallest valid value, as <c>[d.]hh:mm:ss[.fffffff]</c>.</param>
/// <param name="maximum">The largest valid value, in the same form.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class DurationRangeAttribute(string minimum, string maximum) : ValidationAttribute
{
    /// <summary>The smallest valid value.</summary>
    public string Minimum { get; } = minimum;

    /// <summary>The largest valid value.</summary>
    public string Maximum { get; } = maximum;

    /// <inheritdoc/>
    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext)
    {
        ArgumentNullException.ThrowIfNull(validationContext);
        if (value is null || (value is TimeSpan duration && duration >= Parse(Minimum) && duration <= Parse(Maximum)))
        {
            return ValidationResult.Success;
        }

        string name = validationContext.DisplayName;
        return new ValidationResult($"{name}: expected a time from {Minimum} to {Maximum}, got {value}. Change the option.", [validationContext.MemberName ?? name]);
    }

    private static TimeSpan Parse(string text) => TimeSpan.Parse(text, CultureInfo.InvariantCulture);
}
