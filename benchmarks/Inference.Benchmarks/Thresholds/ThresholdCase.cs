namespace Inference.Benchmarks.Thresholds;

/// <summary>A constant that decides between two ways to do the same work by its size, and the work of a given size in both ways.</summary>
/// <param name="Name">The constant, type and member; what is measured in parentheses where a constant decides for several kernels.</param>
/// <param name="Value">Its value.</param>
/// <param name="Unit">What it counts.</param>
/// <param name="Work">Makes the work of a size.</param>
internal sealed record ThresholdCase(string Name, long Value, string Unit, Func<long, Choice> Work)
{
    /// <summary>The smallest size that there is.</summary>
    public long Least { get; init; } = 1;

    /// <summary>The largest size that both ways can do.</summary>
    public long Most { get; init; } = long.MaxValue;

    /// <summary>Sizes from an eighth of the value to eight times it, each twice the one before.</summary>
    public long[] Sizes() =>
        [.. Enumerable.Range(-3, 7).Select(i => i < 0 ? Value >> -i : Value << i).Where(size => size >= Least && size <= Most).Distinct()];
}
