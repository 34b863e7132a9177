using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Globalization;

namespace Inference.Monitoring.Alerts;

/// <summary>A collection of at most some items; unlike <see cref="MaxLengthAttribute"/> it needs no reflection.</summary>
/// <param name="most">The number of items.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class MostItemsAttribute(int most) : ValidationAttribute
{
    public int Most { get; } = most;

    public override bool IsValid(object? value) => value is null || (value is ICollection items && items.Count <= Most);

    public override string FormatErrorMessage(string name) => string.Create(CultureInfo.InvariantCulture, $"{name}: expected at most {Most} items.");
}
