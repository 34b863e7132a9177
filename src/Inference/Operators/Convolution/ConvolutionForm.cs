using Inference.Kernels.Convolution;
using Inference.Kernels.Windows;

namespace Inference.Operators.Convolution;

/// <summary>Constant f32 filters for a convolution of one geometry.</summary>
/// <param name="Geometry">The sizes, strides, dilations and pads.</param>
/// <param name="Layout">How images lie in memory.</param>
/// <param name="FirstRow">The filters' row that is the kernel's first.</param>
/// <param name="FirstColumn">The filters' column that is the kernel's first.</param>
/// <param name="Precision">What they may be packed in.</param>
internal sealed record ConvolutionForm(ConvolutionGeometry Geometry, TensorLayout Layout, int FirstRow, int FirstColumn, ModelPrecision Precision = ModelPrecision.Float32) : PackedForm<ConvolutionF32>;
