using Inference.Kernels.Convolution;
using Inference.Kernels.Quantized;
using Inference.Kernels.Windows;

namespace Inference.Operators.Quantization;

/// <summary>Constant 8-bit filters for a convolution of one geometry; two nodes may share weights and differ in their zero points.</summary>
/// <param name="Geometry">The sizes, strides, dilations and pads.</param>
/// <param name="ZeroPoints">One or one a filter; null where all are 0.</param>
internal sealed record QuantizedConvolutionForm(ConvolutionGeometry Geometry, ConstantContents? ZeroPoints) : PackedForm<QuantizedConvolution>
{
    /// <summary>The form for zero points that may be left out.</summary>
    public static QuantizedConvolutionForm Of(in ConvolutionGeometry geometry, Tensor? zeroPoints) => new(geometry, QuantizedMatrixForm.NonZero(zeroPoints));
}
