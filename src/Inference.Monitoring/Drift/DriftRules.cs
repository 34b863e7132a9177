namespace Inference.Monitoring.Drift;

/// <summary>The names of what can be wrong with a column.</summary>
internal static class DriftRules
{
    /// <summary>NaN or missing values.</summary>
    public const string Missing = "missing";

    /// <summary>Infinite values.</summary>
    public const string Infinite = "infinite";

    /// <summary>Values below or above those of the reference.</summary>
    public const string Range = "range";

    /// <summary>Categories that are not in the reference.</summary>
    public const string Unseen = "unseen";

    /// <summary>The share of a category.</summary>
    public const string Share = "share";

    /// <summary>Values are larger or smaller.</summary>
    public const string Shift = "shift";

    /// <summary>Values are spread wider or closer.</summary>
    public const string Spread = "spread";

    /// <summary>Nearly all rows have one value.</summary>
    public const string Constant = "constant";

    /// <summary>Values are multiplied by a known factor.</summary>
    public const string Unit = "unit";

    /// <summary>Two columns depend on each other in another way, though each alone is as it was.</summary>
    public const string Joint = "joint";

    /// <summary>The values of one column are those of another.</summary>
    public const string Swap = "swap";

    /// <summary>Rows repeat.</summary>
    public const string Duplicates = "duplicates";
}
