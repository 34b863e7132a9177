namespace CaseStudy.Measuring;

/// <summary>What was measured under one distribution of users.</summary>
internal sealed class TrafficResult
{
    /// <summary>Exponent of the Zipf distribution.</summary>
    public required double Exponent { get; init; }

    public required int Requests { get; init; }

    /// <summary>Whether the process measured nothing else.</summary>
    public required bool Alone { get; init; }

    /// <summary>By the step's name.</summary>
    public required Dictionary<string, StepResult> Steps { get; init; }
}
