namespace Inference.Monitoring.Drift;

/// <summary>The form of a change.</summary>
internal enum DetectedChange
{
    /// <summary>The share of one bin or category.</summary>
    Share,

    /// <summary>The share of a special cell.</summary>
    Special,

    /// <summary>The share of values up to a point.</summary>
    Tail,

    /// <summary>Most values are larger or smaller.</summary>
    Location,

    /// <summary>Values are spread wider or closer.</summary>
    Spread,
}
