namespace Inference.Onnx;

/// <summary>The names of the tensors that hold the quantization parameters of a tensor (<c>TensorAnnotation</c>).</summary>
public sealed class OnnxQuantizationAnnotation : OnnxMessage
{
    /// <summary>The quantized tensor.</summary>
    public string TensorName { get; set; } = "";

    /// <summary>Maps a parameter, such as "SCALE_TENSOR" or "ZERO_POINT_TENSOR", to the name of the tensor that holds it.</summary>
    public OnnxMetadata ParameterTensorNames { get; } = new();
}
