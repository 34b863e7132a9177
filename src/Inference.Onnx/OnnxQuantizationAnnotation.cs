namespace Inference.Onnx;

/// <summary>Names the tensors that hold the quantization parameters of a tensor (<c>TensorAnnotation</c>).</summary>
public sealed class OnnxQuantizationAnnotation : OnnxMessage
{
    /// <summary>The tensor that is quantized.</summary>
    public string TensorName { get; set; } = "";

    /// <summary>From a parameter such as "SCALE_TENSOR" or "ZERO_POINT_TENSOR" to the name of the tensor that holds it.</summary>
    public OnnxMetadata ParameterTensorNames { get; } = new();
}
