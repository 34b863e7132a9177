using System.Numerics;
using Inference.Operators.Quantization;
using Inference.Operators.Typed;

namespace Inference.Operators.Contrib;

/// <summary>8-bit tensors with one scale and zero point as floats and back.</summary>
internal static unsafe class QuantizedValues
{
    /// <summary>The 256 values that the bytes of a tensor of a type stand for: (q − zero)·scale.</summary>
    public static void Table(ElementType type, Tensor scale, Tensor? zero, float* table)
    {
        float factor = Scale(scale);
        int point = Zero(zero);
        for (int i = 0; i < 256; i++)
        {
            table[i] = ((type == ElementType.Int8 ? (sbyte)i : i) - point) * factor;
        }
    }

    public static float Scale(Tensor scale) => (float)Scalars.ToDouble(scale);

    public static int Zero(Tensor? zero) => zero is null ? 0 : (int)Scalars.ToInt64(zero);

    /// <summary>As <see cref="Quantize"/>, but the zero point is added before the rounding, as ONNX Runtime's vector code for sums and pools does.</summary>
    public static byte QuantizeShifted(float x, float scale, int zero, ElementType type)
    {
        (float min, float max) = type == ElementType.Int8 ? (-128f, 127f) : (0f, 255f);
        float value = x / scale + zero;
        value = value > min ? value : min;
        value = value < max ? value : max;
        return unchecked((byte)(int)MathF.Round(value, MidpointRounding.ToEven));
    }

    /// <summary>The same for consecutive floats, by vectors.</summary>
    public static void QuantizeShifted(float* x, byte* y, long count, float scale, int zero, ElementType type)
    {
        (float min, float max) = type == ElementType.Int8 ? (-128f, 127f) : (0f, 255f);
        int lanes = Vector<float>.Count;
        long i = 0;
        for (; i + (4 * lanes) <= count; i += 4 * lanes)
        {
            Vector<short> low = Vector.Narrow(Part(x + i), Part(x + i + lanes));
            Vector<short> high = Vector.Narrow(Part(x + i + (2 * lanes)), Part(x + i + (3 * lanes)));
            Vector.Narrow(low, high).As<sbyte, byte>().Store(y + i);
        }

        for (; i < count; i++)
        {
            y[i] = QuantizeShifted(x[i], scale, zero, type);
        }

        Vector<int> Part(float* at)
        {
            Vector<float> value = (Vector.Load(at) / new Vector<float>(scale)) + new Vector<float>(zero);
            value = Vector.ConditionalSelect(Vector.GreaterThan(value, new Vector<float>(min)), value, new Vector<float>(min));
            value = Vector.ConditionalSelect(Vector.LessThan(value, new Vector<float>(max)), value, new Vector<float>(max));
            return Vector.ConvertToInt32(Vector.Round(value, MidpointRounding.ToEven));
        }
    }

    /// <summary>A float as a byte of a type: clamp(x/scale) rounded half to even, plus zero.</summary>
    public static byte Quantize(float x, float scale, int zero, ElementType type) =>
        unchecked((byte)(type == ElementType.Int8 ? QuantizeRun.Quantize(x, scale, zero, -128, 127) : QuantizeRun.Quantize(x, scale, zero, 0, 255)));
}
