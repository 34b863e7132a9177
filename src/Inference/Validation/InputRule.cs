namespace Inference.Validation;

/// <summary>What one input may hold. Rules of several kinds may be set together; a value is held against NaN and infinity, then the bounds, then the vocabulary.</summary>
public sealed class InputRule
{
    /// <summary>What happens to rows that break the rule; reject by default.</summary>
    public ValidationAction Action { get; set; } = ValidationAction.Reject;

    /// <summary>The least number; null, the default: none.</summary>
    public double? Min { get; set; }

    /// <summary>The greatest number, ≥ <see cref="Min"/>; null, the default: none.</summary>
    public double? Max { get; set; }

    /// <summary>Whether NaN passes; false by default.</summary>
    public bool AllowNaN { get; set; }

    /// <summary>Whether infinities pass, within <see cref="Min"/> and <see cref="Max"/>; false by default.</summary>
    public bool AllowInfinity { get; set; }

    /// <summary>The integers there are; empty, the default: all.</summary>
    public IList<long> AllowedIds { get; } = [];

    /// <summary>The strings there are, compared ordinally; empty, the default: all.</summary>
    public IList<string> AllowedTexts { get; } = [];

    /// <summary>With <see cref="ValidationAction.Clamp"/>: what NaN, and an integer that is not allowed, become; 0 by default.</summary>
    public double Replacement { get; set; }

    /// <summary>With <see cref="ValidationAction.Clamp"/>: what a string that is not allowed becomes; empty by default.</summary>
    public string ReplacementText { get; set; } = "";

    /// <summary>The largest size of each axis, axis 0 first, 0 for no limit; empty, the default: none. A larger value is rejected whatever <see cref="Action"/> says.</summary>
    public IList<long> MaxShape { get; } = [];
}
