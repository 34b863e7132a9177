namespace Inference.Cli.Load;

/// <summary>The result of a load test.</summary>
/// <param name="Points">The measurements, in ascending order of what was offered.</param>
/// <param name="Knee">Calls a second beyond which more load adds waiting but no answers; null if it was not looked for.</param>
/// <param name="Choices">For an objective: what each way to batch allows.</param>
internal sealed record LoadResult(IReadOnlyList<LoadPoint> Points, double? Knee, IReadOnlyList<ChoiceResult> Choices)
{
    /// <summary>The best choice that meets the objective; null if none does.</summary>
    public ChoiceResult? Best => Choices.Where(c => c.Rate > 0).MaxBy(c => c.Rate);
}
