namespace Inference.OnnxRuntime;

/// <summary>One of ONNX Runtime's own execution providers, tried before its CPU provider.</summary>
public sealed class OnnxRuntimeExecutionProvider
{
    /// <summary>The name used by ONNX Runtime, such as <c>CUDA</c>, <c>DML</c>, <c>CoreML</c>, <c>OpenVINO</c> or <c>XNNPACK</c>; the long form
    /// (<c>CUDAExecutionProvider</c>) is accepted too.</summary>
    public required string Name { get; init; }

    /// <summary>The options of the provider, as strings; see its ONNX Runtime documentation.</summary>
    public IDictionary<string, string> Options { get; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
