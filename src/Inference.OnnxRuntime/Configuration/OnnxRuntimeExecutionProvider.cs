namespace Inference.OnnxRuntime;

/// <summary>One of ONNX Runtime's own execution providers, tried before its CPU provider.</summary>
/// <param name="Name">The name used by ONNX Runtime, such as <c>CUDA</c>, <c>DML</c>, <c>CoreML</c>, <c>OpenVINO</c> or <c>XNNPACK</c>; the long form
/// (<c>CUDAExecutionProvider</c>) is accepted too.</param>
public sealed record OnnxRuntimeExecutionProvider(string Name)
{
    /// <summary>The options of the provider, as strings; see its ONNX Runtime documentation.</summary>
    public IDictionary<string, string> Options { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
