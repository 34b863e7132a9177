using Inference.Kernels.Convolution;
using Inference.Kernels.Windows;

namespace Inference.Operators.Fused;

/// <summary>Constant f32 filters for a convolution of one geometry.</summary>
/// <param name="Geometry">The sizes, strides, dilations and pads.</param>
/// <param name="Layout">How images lie in memory.</param>
internal sealed record ConvolutionForm(ConvolutionGeometry Geometry, TensorLayout Layout) : PackedForm<ConvolutionF32>;
