namespace Inference.Monitoring.Drift;

/// <summary>What a range of cells is.</summary>
internal enum CellEventKind : byte
{
    /// <summary>One bin, or one category.</summary>
    Bin,

    /// <summary>A cell that is not a bin or category: infinite, under, over, NaN, missing, other, unseen.</summary>
    Special,

    /// <summary>All ordered cells up to a value: a point of the distribution function.</summary>
    Tail,
}
