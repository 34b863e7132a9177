namespace Inference.Evaluation.Metrics;

/// <summary>Derivatives of a score metric with respect to the weight of one additional row.</summary>
/// <param name="BestMember">A member ranked first.</param>
/// <param name="WorstMember">A member ranked last.</param>
/// <param name="BestOther">A non-member ranked last.</param>
/// <param name="WorstOther">A non-member ranked first.</param>
internal readonly record struct ScoreExtremes(double BestMember, double WorstMember, double BestOther, double WorstOther);
