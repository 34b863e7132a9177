namespace Inference.Validation;

/// <summary>The values allowed for one input. Several kinds of rules may be combined; a value is checked for NaN and infinity first, then against the bounds, then against the vocabulary.</summary>
public sealed class InputRule
{
    /// <summary>What happens to rows that violate the rule; reject by default.</summary>
    public ValidationAction Action { get; set; } = ValidationAction.Reject;

    /// <summary>The minimum; null, the default, for none.</summary>
    public double? Min { get; set; }

    /// <summary>The maximum, not less than <see cref="Min"/>; null, the default, for none.</summary>
    public double? Max { get; set; }

    /// <summary>Whether NaN is allowed; false by default.</summary>
    public bool AllowNaN { get; set; }

    /// <summary>Whether infinities are allowed, within <see cref="Min"/> and <see cref="Max"/>; false by default.</summary>
    public bool AllowInfinity { get; set; }

    /// <summary>The allowed integers; empty, the default, for all.</summary>
    public IList<long> AllowedIds { get; } = [];

    /// <summary>The allowed strings, compared ordinally; empty, the default, for all.</summary>
    public IList<string> AllowedTexts { get; } = [];

    /// <summary>With <see cref="ValidationAction.Clamp"/>, the replacement for NaN and for integers that are not allowed; 0 by default.</summary>
    public double Replacement { get; set; }

    /// <summary>With <see cref="ValidationAction.Clamp"/>, the replacement for strings that are not allowed; empty by default.</summary>
    public string ReplacementText { get; set; } = "";

    /// <summary>The maximum size of each axis, axis 0 first, 0 for no limit; empty, the default, for none. A larger value is rejected regardless of <see cref="Action"/>.</summary>
    public IList<long> MaxShape { get; } = [];
}
