namespace Inference.Monitoring;

/// <summary>The difference of two arms after some of the outcomes.</summary>
/// <param name="Rows">Outcomes so far, of both arms.</param>
/// <param name="Difference">The difference, treatment − control; NaN if an arm has no outcome.</param>
/// <param name="Low">The lower end of its interval.</param>
/// <param name="High">The upper end.</param>
public readonly record struct OutcomePoint(long Rows, double Difference, double Low, double High);
