namespace Inference.Operators.Quantization;

/// <summary>Which inputs of a node a <see cref="PackedScaledProduct"/> reads; −1 for what the operator does not have.</summary>
/// <param name="A">A: 8 bits, or f32 that is quantized by its own range (then there is no zero point).</param>
/// <param name="B">B[K, N], constant.</param>
/// <param name="ZeroA">Zero point of A.</param>
/// <param name="ZeroB">Zero points of B, constant.</param>
/// <param name="Start">int32 [N] that sums start from, constant.</param>
/// <param name="Scale">f32, one value or one a column.</param>
/// <param name="SecondScale">A second factor of the scale.</param>
/// <param name="Bias">f32 [N].</param>
internal readonly record struct ScaledProductInputs(int A, int B, int ZeroA, int ZeroB, int Start, int Scale, int SecondScale, int Bias);
