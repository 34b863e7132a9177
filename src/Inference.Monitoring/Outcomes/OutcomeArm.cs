namespace Inference.Monitoring;

/// <summary>The outcomes of one arm.</summary>
/// <param name="Name">The name of the arm.</param>
/// <param name="Units">Units that were assigned to the arm, each counted once.</param>
/// <param name="Rows">Units whose outcome is known.</param>
/// <param name="Mean">The mean outcome, in the outcome's unit; NaN without outcomes.</param>
public sealed record OutcomeArm(string Name, long Units, long Rows, double Mean);
