namespace Inference.OnnxRuntime;

/// <summary>One of ONNX Runtime's own execution providers, to be tried before the CPU.</summary>
/// <param name="Name">Its name as ONNX Runtime spells it, such as <c>CUDA</c>, <c>DML</c>, <c>CoreML</c>, <c>OpenVINO</c> or <c>XNNPACK</c>; the long form
/// (<c>CUDAExecutionProvider</c>) is taken too.</param>
public sealed record OnnxRuntimeExecutionProvider(string Name)
{
    /// <summary>Its options, as strings; see ONNX Runtime's documentation of the provider.</summary>
    public IDictionary<string, string> Options { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
