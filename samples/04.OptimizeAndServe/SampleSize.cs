using OptimizeAndServe.Training;

namespace OptimizeAndServe;

/// <summary>The amounts of training and measurement.</summary>
/// <param name="Ranker">The widths of the ranker.</param>
/// <param name="FirstStage">The widths of the first stage of the cascade.</param>
/// <param name="TrainingRequests">The number of requests that the ranker is trained on.</param>
/// <param name="DistillationRequests">The number of requests that the first stage is trained on.</param>
/// <param name="FittingRequests">The number of requests that scales, factors and channels are fitted to.</param>
/// <param name="TuningRequests">The number of requests that settings are selected on.</param>
/// <param name="LeastRows">The number of rows that a slice needs to be judged.</param>
/// <param name="ServedRequests">The number of requests that the service finally answers, which were used neither for fitting nor for selection.</param>
/// <param name="ImpressionRequests">The number of requests in each file of rows for the tool.</param>
internal sealed record SampleSize(
    NetworkShape Ranker, NetworkShape FirstStage, int TrainingRequests, int DistillationRequests, int FittingRequests, int TuningRequests, int LeastRows, int ServedRequests, int ImpressionRequests)
{
    /// <summary>The amounts of the case study.</summary>
    public static SampleSize Full { get; } = new(NetworkShape.Ranker, NetworkShape.FirstStage, 40_000, 60_000, 400, 4000, 5000, 1000, 400);

    /// <summary>Small amounts for a test run of a few seconds.</summary>
    public static SampleSize Small { get; } = new(new(16, 8, [64], 8, 4, 64, 2, true, [64, 32]), new(8, 4, [], 4, 4, 16, 1, false, [16]), 4800, 2400, 64, 100, 1000, 100, 100);
}
