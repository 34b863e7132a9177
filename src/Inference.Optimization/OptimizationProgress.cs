namespace Inference.Optimization;

/// <summary>The progress of an optimization.</summary>
/// <param name="Stage">The stage, such as <c>calibrate</c>.</param>
/// <param name="Step">The number of completed steps of the stage.</param>
/// <param name="Steps">The number of steps of the stage; 0 if it is unknown.</param>
/// <param name="Message">The last completed action; may be empty.</param>
/// <param name="Drop">The current drop of the metric compared with the source, in the metric's unit; null if it is unknown.</param>
public sealed record OptimizationProgress(string Stage, int Step, int Steps, string Message = "", double? Drop = null)
{
    /// <summary>The estimated time until the operation ends; null if it is unknown.</summary>
    public TimeSpan? Left { get; init; }
}
