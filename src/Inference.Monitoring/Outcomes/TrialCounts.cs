using Inference.Evaluation.Sequential;
using Inference.Status;

namespace Inference.Monitoring.Outcomes;

/// <summary>What the status of a trial is computed from. Copied, therefore independent of what is counted meanwhile.</summary>
/// <param name="Status">The status as far as it is known.</param>
/// <param name="Arms">The judged outcomes by stage; null if they have not changed: <paramref name="Status"/> is complete.</param>
/// <param name="Units">The judged units of the treatment and of the control by stage.</param>
internal sealed record TrialCounts(OutcomeTrialStatus Status, ArmCounts[]? Arms, (StageKey Stage, long Treatment, long Control)[] Units);
