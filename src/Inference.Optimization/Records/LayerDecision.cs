namespace Inference.Optimization.Records;

/// <summary>What was done to a layer, and why.</summary>
/// <param name="Name">The node's name, or its first output's.</param>
/// <param name="Operator">The operator.</param>
/// <param name="Action">What was done, such as <c>int8</c>, <c>float</c>, <c>rank 32</c>.</param>
/// <param name="Reason">Why.</param>
public sealed record LayerDecision(string Name, string Operator, string Action, string Reason);
