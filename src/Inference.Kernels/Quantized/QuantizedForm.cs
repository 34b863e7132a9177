namespace Inference.Kernels.Quantized;

/// <summary>The values that the bytes of a tensor represent: (q − ZeroPoint)·Scale.</summary>
/// <param name="Scale">Scale.</param>
/// <param name="ZeroPoint">Zero point, in the type's range.</param>
/// <param name="Signed">Whether bytes are s8 rather than u8.</param>
internal readonly record struct QuantizedForm(float Scale, int ZeroPoint, bool Signed);
