namespace Inference.Evaluation.Sequential;

/// <summary>Identifies a stage of a trial: a period in which the treatment's share does not change. A change of the share begins a new stage.</summary>
/// <param name="Number">The number of the stage, from 0, in order of time.</param>
/// <param name="Share">The share of calls routed to the treatment, above 0, below 1. The test is valid whatever the true share is, and most powerful if it is this one.</param>
public readonly record struct StageKey(int Number, double Share);
