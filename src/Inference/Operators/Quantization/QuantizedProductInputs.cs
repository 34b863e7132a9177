namespace Inference.Operators.Quantization;

/// <summary>Which inputs of a node, besides A as input 0, a <see cref="PackedQuantizedProduct"/> reads; all constant, −1 for what the operator does not have.</summary>
/// <param name="ScaleA">Scale of A, one value.</param>
/// <param name="ZeroA">Zero point of A.</param>
/// <param name="B">B[K, N], or its transpose.</param>
/// <param name="ScaleB">Scale of B, one value or one a column.</param>
/// <param name="ZeroB">Zero points of B, one value or one a column.</param>
/// <param name="Bias">int32, one a column.</param>
/// <param name="ScaleY">Scale of Y; the result is f32 where it is left out.</param>
/// <param name="ZeroY">Zero point of Y.</param>
internal readonly record struct QuantizedProductInputs(int ScaleA, int ZeroA, int B, int ScaleB, int ZeroB, int Bias, int ScaleY, int ZeroY);
