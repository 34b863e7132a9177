using Inference.Kernels.Memory;
using Inference.Operators.Typed;

namespace Inference.Operators.Quantization;

/// <summary>Scales and zero points widened to float and int32.</summary>
internal static unsafe class ScaleNumbers
{
    public static void Scales(Tensor scale, float* target)
    {
        if (scale.Type == ElementType.Float32)
        {
            LargeBlocks.Copy(scale.Data, target, scale.ByteCount);
            return;
        }

        for (long i = 0; i < scale.Count; i++)
        {
            target[i] = (float)Scalars.ToDouble(scale, i);
        }
    }

    public static void ZeroPoints(Tensor? zero, int* target, long count)
    {
        if (zero?.Count == count && zero.Type is ElementType.UInt8 or ElementType.Int8)
        {
            bool signed = zero.Type == ElementType.Int8;
            for (long i = 0; i < count; i++)
            {
                target[i] = signed ? (sbyte)zero.Data[i] : zero.Data[i];
            }

            return;
        }

        for (long i = 0; i < count; i++)
        {
            target[i] = zero is null || !IsInteger(zero.Type) ? 0 : (int)Scalars.ToInt64(zero, zero.Count == 1 ? 0 : i);
        }
    }

    public static bool IsInteger(ElementType type) =>
        TypeSet.Integer.Contains(type) || type is ElementType.Int4 or ElementType.UInt4 or ElementType.Int2 or ElementType.UInt2;
}
