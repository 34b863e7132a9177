using Inference.Kernels.Gemm;

namespace Inference.Operators.MatrixProduct;

/// <summary>A constant B as panels of α·B.</summary>
/// <param name="Rows">K.</param>
/// <param name="Columns">N.</param>
/// <param name="Transposed">Whether the constant holds [N, K].</param>
/// <param name="AlphaBits">The bits of α, so that 0 and −0 differ.</param>
/// <param name="Precision">What it may be packed in.</param>
internal sealed record PackedMatrixForm(long Rows, long Columns, bool Transposed, int AlphaBits, ModelPrecision Precision) : PackedForm<PackedMatrix>;
