namespace Inference.Evaluation.Metrics;

/// <summary>Derivatives of a score metric by the weight of one more row.</summary>
/// <param name="BestMember">A member ahead of all.</param>
/// <param name="WorstMember">A member behind all.</param>
/// <param name="BestOther">Another behind all.</param>
/// <param name="WorstOther">Another ahead of all.</param>
internal readonly record struct ScoreExtremes(double BestMember, double WorstMember, double BestOther, double WorstOther);
