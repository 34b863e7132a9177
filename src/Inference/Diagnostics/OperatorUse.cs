namespace Inference.Diagnostics;

/// <summary>How often a model uses an operator.</summary>
/// <param name="Domain">The operator's domain; <c>ai.onnx</c> is the standard domain.</param>
/// <param name="Name">The operator's name.</param>
/// <param name="Opset">The version of the domain that the model imports.</param>
/// <param name="Count">The number of nodes that use it; nodes in functions count once per function, not once per call.</param>
/// <param name="Supported">Whether a provider supports it.</param>
/// <param name="IsFunction">Whether it is a function defined by the model.</param>
public sealed record OperatorUse(string Domain, string Name, long Opset, int Count, bool Supported, bool IsFunction);
