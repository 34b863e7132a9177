using Inference.Evaluation.Sequential;

namespace Inference.Monitoring.Outcomes;

/// <summary>What was counted of a unit, so that it can be taken back.</summary>
/// <param name="Prediction">The prediction and row, hashed.</param>
/// <param name="End">The end of its cohort.</param>
/// <param name="Cohort">The serial number of its cohort.</param>
/// <param name="Stage">Its stage.</param>
/// <param name="Arm">1 for the treatment, 0 for the control.</param>
/// <param name="Level">The level of its loss.</param>
/// <param name="Loss">Its loss.</param>
internal readonly record struct CountedUnit(UInt128 Prediction, DateTimeOffset End, long Cohort, StageKey Stage, int Arm, int Level, double Loss);
