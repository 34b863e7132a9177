namespace Inference.Evaluation.Sequential;

/// <summary>A stage of a trial: a span of time in which the treatment's share does not change. A change of the share begins a new stage.</summary>
/// <param name="Number">From 0, in order of time.</param>
/// <param name="Share">The share of calls that go to the treatment, above 0, below 1. The test is valid whatever the true share is, and strongest where it is this one.</param>
public readonly record struct StageKey(int Number, double Share);
