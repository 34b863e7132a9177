namespace Inference.OnnxRuntime.Tests.Differential;

/// <summary>What a draw came to.</summary>
internal enum DifferentialOutcome
{
    /// <summary>Three witnesses answered: ONNX Runtime, <c>cpu</c>, and <c>cpu</c> without vector instructions.</summary>
    Compared,

    /// <summary>ONNX Runtime has no kernel for the types drawn; the other two were compared.</summary>
    NoKernel,

    /// <summary>ONNX Runtime and <c>cpu</c> both refuse the model or fail.</summary>
    BothRefuse,
}
