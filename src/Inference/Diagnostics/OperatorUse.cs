namespace Inference.Diagnostics;

/// <summary>How often a model uses an operator.</summary>
/// <param name="Domain">The operator's domain; <c>ai.onnx</c> is the standard's.</param>
/// <param name="Name">The operator.</param>
/// <param name="Opset">The version of the domain that the model imports.</param>
/// <param name="Count">Nodes that use it; those in functions count once for each function, not for each call.</param>
/// <param name="Supported">Whether a provider has it.</param>
/// <param name="IsFunction">Whether it is a function that the model defines.</param>
public sealed record OperatorUse(string Domain, string Name, long Opset, int Count, bool Supported, bool IsFunction);
