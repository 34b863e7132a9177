using CaseStudy.Reporting;

namespace CaseStudy.Measuring;

/// <summary>What was found of the steps' quality and memory.</summary>
internal sealed class QualityResult
{
    public required int Rows { get; init; }

    public required double ClickShare { get; init; }

    public required int Slices { get; init; }

    public required StepFacts[] Steps { get; init; }

    /// <summary>What the first stage would lose if it answered alone.</summary>
    public required StepFacts FirstStageAlone { get; init; }

    /// <summary>Time of one call for each item, a request, µs.</summary>
    public required double NaiveTime { get; init; }
}
