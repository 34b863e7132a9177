using Inference.Operators.Typed;

namespace Inference.Operators.Quantization;

/// <summary>Scales and zero points widened to float and int32.</summary>
internal static unsafe class ScaleNumbers
{
    public static void Scales(Tensor scale, float* target)
    {
        for (long i = 0; i < scale.Count; i++)
        {
            target[i] = (float)Scalars.ToDouble(scale, i);
        }
    }

    public static void ZeroPoints(Tensor? zero, int* target, long count)
    {
        for (long i = 0; i < count; i++)
        {
            target[i] = zero is null || !IsInteger(zero.Type) ? 0 : (int)Scalars.ToInt64(zero, zero.Count == 1 ? 0 : i);
        }
    }

    public static bool IsInteger(ElementType type) =>
        TypeSet.Integer.Contains(type) || type is ElementType.Int4 or ElementType.UInt4 or ElementType.Int2 or ElementType.UInt2;
}
