namespace Inference.Optimization.Records;

/// <summary>The decision on a layer, with the reason.</summary>
/// <param name="Name">The node's name, or that of its first output.</param>
/// <param name="Operator">The operator.</param>
/// <param name="Action">The decision, such as <c>int8</c>, <c>float</c>, <c>rank 32</c>.</param>
/// <param name="Reason">The reason.</param>
public sealed record LayerDecision(string Name, string Operator, string Action, string Reason);
