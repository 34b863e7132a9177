namespace Inference.Monitoring;

/// <summary>The result of <see cref="OutcomeComparison"/>. Immutable.</summary>
public sealed record OutcomeReport
{
    /// <summary>The arm that the other is compared with.</summary>
    public required OutcomeArm Control { get; init; }

    /// <summary>The arm on trial.</summary>
    public required OutcomeArm Treatment { get; init; }

    /// <summary>The difference of the mean outcomes, treatment − control, over stages weighted by their outcomes (n₁·n₂ ÷ (n₁ + n₂)); NaN if an arm has no outcome.</summary>
    public required double Difference { get; init; }

    /// <summary>The lower end of the interval of the difference, valid at all evaluations together.</summary>
    public required double Low { get; init; }

    /// <summary>The upper end.</summary>
    public required double High { get; init; }

    /// <summary>Whether the difference is the same in all stages, as far as can be told. If not, the interval is the hull of those of the stages.</summary>
    public required bool IsConstant { get; init; }

    /// <summary>The verdict: better or worse if the interval does not contain 0.</summary>
    public required OutcomeVerdict Verdict { get; init; }

    /// <summary>ln of the evidence against the stated shares; NaN if none were stated.</summary>
    public required double SampleRatioLogEvidence { get; init; }

    /// <summary>Whether units do not reach the arms in the stated shares. Something then decides who is in an arm, or whose outcome is known, and the difference is not to be trusted.</summary>
    public required bool SampleRatioMismatch { get; init; }

    /// <summary>Units that were reported again and not counted.</summary>
    public required long Duplicates { get; init; }

    /// <summary>Units that were reported again in the other arm: the arm they were in first counts.</summary>
    public required long Crossed { get; init; }

    /// <summary>The number of stages.</summary>
    public required int Stages { get; init; }

    /// <summary>The smallest possible outcome.</summary>
    public required double Lowest { get; init; }

    /// <summary>The largest possible outcome.</summary>
    public required double Highest { get; init; }
}
