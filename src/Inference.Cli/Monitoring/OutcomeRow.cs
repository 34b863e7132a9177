namespace Inference.Cli.Monitoring;

/// <summary>One report of an outcome.</summary>
/// <param name="Arm">The arm.</param>
/// <param name="Outcome">The outcome; NaN if it is missing.</param>
/// <param name="Id">What identifies the unit; null for a unit of its own.</param>
/// <param name="Stage">The stage; empty if none is stated.</param>
internal readonly record struct OutcomeRow(string Arm, double Outcome, UInt128? Id, string Stage);
