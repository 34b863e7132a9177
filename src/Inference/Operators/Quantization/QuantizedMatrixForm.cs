using Inference.Kernels.Quantized;

namespace Inference.Operators.Quantization;

/// <summary>A constant 8-bit B as panels with the sums of its columns; two nodes may share weights and differ in their zero points.</summary>
/// <param name="Transposed">Whether the constant holds [N, K].</param>
/// <param name="ZeroPoints">One or one a column; null where all are 0.</param>
internal sealed record QuantizedMatrixForm(bool Transposed, ConstantContents? ZeroPoints) : PackedForm<QuantizedMatrix>
{
    /// <summary>The form for zero points that may be left out.</summary>
    public static QuantizedMatrixForm Of(bool transposed, Tensor? zeroPoints) => new(transposed, NonZero(zeroPoints));

    /// <summary>The contents of zero points; null where there are none or all are 0.</summary>
    public static ConstantContents? NonZero(Tensor? zeroPoints) =>
        zeroPoints is null || zeroPoints.Bytes.IndexOfAnyExcept((byte)0) < 0 ? null : new ConstantContents(zeroPoints);
}
