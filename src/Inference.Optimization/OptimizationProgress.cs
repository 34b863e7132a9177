namespace Inference.Optimization;

/// <summary>What an optimization is doing.</summary>
/// <param name="Stage">The stage, such as <c>calibrate</c>.</param>
/// <param name="Step">Steps done in the stage.</param>
/// <param name="Steps">Steps in the stage; 0 where it is not known.</param>
/// <param name="Message">What was just done; may be empty.</param>
/// <param name="Drop">The current loss of the metric against the source, in the metric's units; null where it is not known.</param>
public sealed record OptimizationProgress(string Stage, int Step, int Steps, string Message = "", double? Drop = null);
