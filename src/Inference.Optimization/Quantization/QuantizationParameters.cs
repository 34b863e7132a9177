using Inference.Optimization.Calibration;

namespace Inference.Optimization.Quantization;

/// <summary>The scale and zero point of one tensor or channel: value = (code − zero point) · scale.</summary>
/// <param name="Scale">The step, &gt; 0.</param>
/// <param name="ZeroPoint">The code of zero.</param>
internal readonly record struct QuantizationParameters(float Scale, int ZeroPoint)
{
    /// <summary>u8, 0 to 255 (0 to 127 with a reduced range): zero is forced into the range; scale in f64 from the f32 difference, zero point before the scale is rounded to f32.
    /// Source: ONNX Runtime's quantization tools, so that both give the same codes.</summary>
    public static QuantizationParameters Asymmetric(ValueRange range, int maxCode = 255)
    {
        float low = Math.Min(range.Low, 0);
        float high = Math.Max(range.High, 0);
        double scale = (double)(high - low) / maxCode;
        return scale < 1.17549435e-38f
            ? new(1, 0)
            : new((float)scale, (int)Math.Round(-low / scale, MidpointRounding.ToEven));
    }

    /// <summary>s8, −max to max, zero point 0.</summary>
    public static QuantizationParameters Symmetric(float magnitude, int maxCode = 127)
    {
        double scale = (double)magnitude / maxCode;
        return new(scale < 1.17549435e-38f ? 1 : (float)scale, 0);
    }
}
