namespace Inference.Diagnostics;

/// <summary>How often a model uses an operator.</summary>
public sealed class OperatorUse
{
    /// <summary>The operator's domain; <c>ai.onnx</c> is the standard domain.</summary>
    public required string Domain { get; init; }

    /// <summary>The operator's name.</summary>
    public required string Name { get; init; }

    /// <summary>The version of the domain that the model imports.</summary>
    public required long Opset { get; init; }

    /// <summary>The number of nodes that use it; nodes in functions count once per function, not once per call.</summary>
    public required int Count { get; init; }

    /// <summary>Whether a provider supports it.</summary>
    public required bool IsSupported { get; init; }

    /// <summary>Whether it is a function defined by the model.</summary>
    public required bool IsFunction { get; init; }
}
