using OptimizeAndServe.Training;

namespace OptimizeAndServe;

/// <summary>How much the sample trains and measures.</summary>
/// <param name="Ranker">Widths of the ranker.</param>
/// <param name="FirstStage">Widths of the first stage of the cascade.</param>
/// <param name="TrainingRequests">Requests that the ranker learns on.</param>
/// <param name="DistillationRequests">Requests that the first stage learns on.</param>
/// <param name="FittingRequests">Requests that scales, factors and channels are fitted to.</param>
/// <param name="TuningRequests">Requests that choices are made by.</param>
/// <param name="LeastRows">Rows that a slice must have to be judged.</param>
/// <param name="ServedRequests">Requests that the service answers in the end, which nothing was fitted to or chosen by.</param>
/// <param name="ImpressionRequests">Requests in each file of rows for the tool.</param>
internal sealed record SampleSize(
    NetworkShape Ranker, NetworkShape FirstStage, int TrainingRequests, int DistillationRequests, int FittingRequests, int TuningRequests, int LeastRows, int ServedRequests, int ImpressionRequests)
{
    /// <summary>What the case study uses.</summary>
    public static SampleSize Full { get; } = new(NetworkShape.Ranker, NetworkShape.FirstStage, 40_000, 60_000, 400, 4000, 5000, 1000, 400);

    /// <summary>Some seconds, to see whether everything works.</summary>
    public static SampleSize Small { get; } = new(new(16, 8, [64], 8, 4, 64, 2, true, [64, 32]), new(8, 4, [], 4, 4, 16, 1, false, [16]), 4800, 2400, 64, 100, 1000, 100, 100);
}
