using CaseStudy.Measuring;
using CaseStudy.Steps;
using OptimizeAndServe.Tuning;

namespace CaseStudy.Reporting;

/// <summary>All that the study found.</summary>
internal sealed class StudyReport
{
    /// <summary>The distribution of users that the acceptance is stated for.</summary>
    public const double Main = 0.8;

    /// <summary>All distributions that are measured.</summary>
    public static IReadOnlyList<double> AllExponents { get; } = [Main, 0.6, 1.0];

    public required string Machine { get; init; }

    public required string Requests { get; init; }

    public required string Command { get; init; }

    /// <summary>The steps in order.</summary>
    public required IReadOnlyList<StepFacts> Steps { get; init; }

    /// <summary>By Zipf exponent, then by step.</summary>
    public required IReadOnlyDictionary<double, Dictionary<string, StepResult>> Results { get; init; }

    /// <summary>Time of one call for each item, a request, µs.</summary>
    public required double NaiveTime { get; init; }

    /// <summary>What the first stage would lose if it answered alone.</summary>
    public required StepFacts FirstStageAlone { get; init; }

    /// <summary>What was chosen, and what was tried for it.</summary>
    public required Choices Choices { get; init; }

    /// <summary>Whether each distribution of users was measured in a process of its own.</summary>
    public required bool InParts { get; init; }

    /// <summary>What a reader should know.</summary>
    public IEnumerable<FormattableString> Notes =>
    [
        $"The ranker takes 44 million multiply-adds for 100 items, 70 % of them over the user's history: that share is what the feature cache can save, and it saves it only for users that are cached and have not clicked since.",
        $"Batching joins requests of callers that wait at the same time: with 8 callers {Results[Main][StepCatalog.Batching].Throughput:N0} requests a second against {Results[Main][Kept].Throughput:N0} without. It is shown, and is not part of what is compared.",
        $"Caches were filled with the most active users before measuring, as hours of traffic would leave them.",
        $"{(InParts ? "Each distribution of users was measured in a process of its own (`--part`), one after the other." : "All distributions of users were measured in one process.")}",
        $"The baseline is ONNX Runtime at whichever of 1 and 2 threads takes less, for time and for CPU apart; everything else runs on 1 thread.",
        $"The cascade is the narrowest that keeps to the budget on the rows that choices are made by. Whether it is kept was decided by time, there too; on the rows reported it loses more on the worst slice, as rare slices differ by chance.",
        $"The first stage alone would lose {FirstStageAlone.Drop:F3} points overall and {FirstStageAlone.WorstDrop:F3} on the worst slice ({FirstStageAlone.WorstSlice}).",
        $"Data are made up: preferences follow from tastes, prices and hours, so a small model can come close to a large one. Other data will give other figures.",
        $"Naive, not part of the comparison: one ONNX Runtime call for each item takes {NaiveTime:N0} µs a request.",
    ];

    public IEnumerable<double> Exponents => Results.Keys.Order();

    /// <summary>The baseline's median time: of the thread count that takes least.</summary>
    public double BaselineTime(double exponent) => Baselines(exponent).Min(r => r.P50);

    /// <summary>The baseline's CPU seconds for 1,000 requests: of the thread count that takes least.</summary>
    public double BaselineCpu(double exponent) => Baselines(exponent).Min(r => r.CpuPerThousand);

    /// <summary>The steps that follow one another, without the baseline's thread count that takes more.</summary>
    /// <param name="cost">What is compared.</param>
    public IReadOnlyList<StepFacts> Chain(Func<StepResult, double> cost)
    {
        string worse = cost(Results[Main][StepCatalog.Baseline1]) > cost(Results[Main][StepCatalog.Baseline2]) ? StepCatalog.Baseline1 : StepCatalog.Baseline2;
        return [.. Steps.Where(s => s.Name != worse)];
    }

    /// <summary>The last step that is kept.</summary>
    public string Kept => Steps.Last(s => s.Kept).Name;

    private IEnumerable<StepResult> Baselines(double exponent) =>
        [Results[exponent][StepCatalog.Baseline1], Results[exponent][StepCatalog.Baseline2]];
}
