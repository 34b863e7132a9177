using System.Text;
using Inference.Onnx;

namespace Inference.Conformance.Graphs;

/// <summary>Values of ONNX files.</summary>
public static class ModelValues
{
    /// <summary>A value with a copy of a tensor's contents.</summary>
    public static TensorValue FromOnnx(OnnxTensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        if (tensor.ElementType == OnnxElementType.String)
        {
            return TensorValue.Copy(tensor.StringData.Select(static text => Encoding.UTF8.GetString(text.Span)).ToArray(), tensor.Dims);
        }

        TensorValue value = TensorValue.Allocate((ElementType)(int)tensor.ElementType, tensor.Dims);
        tensor.GetBytes().Span.CopyTo(value.AsWritableBytes());
        return value;
    }
}
