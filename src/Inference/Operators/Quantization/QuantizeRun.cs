using Inference.Kernels.Quantized;
using Inference.Operators.Typed;

namespace Inference.Operators.Quantization;

/// <summary>Quantizes runs of floats.</summary>
internal static unsafe class QuantizeRun
{
    /// <summary>Elements <paramref name="at"/> to <paramref name="at"/> + <paramref name="count"/> − 1 of x to y, with a scale and zero point of stride 0 or 1.</summary>
    public static void Run(float* x, Tensor y, long at, long count, float* scales, int* zeros, long stride, bool saturate)
    {
        switch (y.Type)
        {
            case ElementType.UInt8 or ElementType.Int8 when stride == 0:
                LinearQuantization.Quantize(x + at, y.Data + at, (nint)count, *scales, *zeros, y.Type == ElementType.Int8);
                break;
            case ElementType.UInt16 when stride == 0:
                WideRuns.Quantize(x + at, (ushort*)y.Data + at, count, *scales, *zeros);
                break;
            case ElementType.Int16 when stride == 0:
                WideRuns.Quantize(x + at, (short*)y.Data + at, count, *scales, *zeros);
                break;
            case ElementType.UInt8:
                for (long i = 0; i < count; i++)
                {
                    y.Data[at + i] = (byte)Quantize(x[at + i], scales[i * stride], zeros[i * stride], 0, 255);
                }

                break;
            case ElementType.Int8:
                for (long i = 0; i < count; i++)
                {
                    ((sbyte*)y.Data)[at + i] = (sbyte)Quantize(x[at + i], scales[i * stride], zeros[i * stride], -128, 127);
                }

                break;
            case ElementType.UInt16:
                for (long i = 0; i < count; i++)
                {
                    ((ushort*)y.Data)[at + i] = (ushort)Quantize(x[at + i], scales[i * stride], zeros[i * stride], 0, 65535);
                }

                break;
            case ElementType.Int16:
                for (long i = 0; i < count; i++)
                {
                    ((short*)y.Data)[at + i] = (short)Quantize(x[at + i], scales[i * stride], zeros[i * stride], -32768, 32767);
                }

                break;
            case ElementType.Float4E2M1:
                for (long i = 0; i < count; i++)
                {
                    float value = x[at + i] / scales[i * stride];
                    PackedElements.SetUInt4(y.Bytes, at + i, float.IsNaN(value) ? 8 : PackedElements.EncodeFloat4E2M1(value));
                }

                break;
            case ElementType.Int4 or ElementType.UInt4 or ElementType.Int2 or ElementType.UInt2:
                QuantizedRange range = QuantizedRange.Of(y.Type);
                bool four = y.Type.BitWidth() == 4;
                for (long i = 0; i < count; i++)
                {
                    int value = Quantize(x[at + i], scales[i * stride], zeros[i * stride], range.Min, range.Max);
                    if (four)
                    {
                        PackedElements.SetUInt4(y.Bytes, at + i, value);
                    }
                    else
                    {
                        PackedElements.SetUInt2(y.Bytes, at + i, value);
                    }
                }

                break;
            default:
                for (long i = 0; i < count; i++)
                {
                    y.Data[at + i] = SmallFloats.Encode(y.Type, x[at + i] / scales[i * stride], saturate);
                }

                break;
        }
    }

    /// <summary>clamp(x/scale, min − zero, max − zero), rounded half to even, plus zero; NaN gives min.</summary>
    public static int Quantize(float x, float scale, int zero, int min, int max)
    {
        float value = x / scale;

        // Clamping first keeps the conversion in range; it does not change the result, as the bounds are whole numbers.
        value = value > min - zero ? value : min - zero;
        value = value < max - zero ? value : max - zero;
        return (int)MathF.Round(value, MidpointRounding.ToEven) + zero;
    }
}
