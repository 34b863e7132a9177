namespace Inference.Optimization.Evaluation;

/// <summary>How a slice of the data fares.</summary>
public sealed record SliceResult
{
    /// <summary>Column and value, such as <c>sex=0</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Its rows.</summary>
    public required int Rows { get; init; }

    /// <summary>Whether it has rows enough to count.</summary>
    public required bool Judged { get; init; }

    /// <summary>The source model's metric.</summary>
    public required double Source { get; init; }

    /// <summary>The other model's metric.</summary>
    public required double Candidate { get; init; }

    /// <summary>How much worse the other is; see <see cref="Metric.Drop"/>.</summary>
    public required double Drop { get; init; }

    /// <summary>Lower end of the drop's 95 % interval.</summary>
    public required double DropLow { get; init; }

    /// <summary>Upper end of it.</summary>
    public required double DropHigh { get; init; }
}
