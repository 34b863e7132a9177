namespace Inference.Optimization.Quantization;

/// <summary>Quantizes constant weights.</summary>
internal static class WeightCodes
{
    /// <summary>Symmetric s8 codes of rows [N,K], a scale for each row or one for all.</summary>
    /// <param name="rows">The weights, row-major.</param>
    /// <param name="count">Rows.</param>
    /// <param name="perRow">Whether each row has its own scale.</param>
    /// <param name="maxCode">127; 64 with a reduced range.</param>
    public static (sbyte[] Codes, float[] Scales) Symmetric(ReadOnlySpan<float> rows, int count, bool perRow, int maxCode)
    {
        int width = rows.Length / count;
        var codes = new sbyte[rows.Length];
        var scales = new float[perRow ? count : 1];
        if (!perRow)
        {
            scales[0] = QuantizationParameters.Symmetric(Magnitude(rows), maxCode).Scale;
        }

        for (int n = 0; perRow && n < count; n++)
        {
            scales[n] = QuantizationParameters.Symmetric(Magnitude(rows.Slice(n * width, width)), maxCode).Scale;
        }

        Encode(rows, count, scales, maxCode, codes);
        return (codes, scales);
    }

    /// <summary>The codes of rows for given scales.</summary>
    public static void Encode(ReadOnlySpan<float> rows, int count, ReadOnlySpan<float> scales, int maxCode, Span<sbyte> codes)
    {
        int width = rows.Length / count;
        for (int i = 0; i < rows.Length; i++)
        {
            float scale = scales[scales.Length == 1 ? 0 : i / width];
            codes[i] = (sbyte)Math.Clamp(MathF.Round(rows[i] / scale, MidpointRounding.ToEven), -maxCode, maxCode);
        }
    }

    /// <summary>Swaps rows and columns.</summary>
    public static T[] Transpose<T>(ReadOnlySpan<T> values, int rows, int columns)
    {
        var result = new T[values.Length];
        for (int r = 0; r < rows; r++)
        {
            for (int c = 0; c < columns; c++)
            {
                result[(c * rows) + r] = values[(r * columns) + c];
            }
        }

        return result;
    }

    /// <summary>The values that the codes represent.</summary>
    public static float[] Decode(ReadOnlySpan<sbyte> codes, int count, ReadOnlySpan<float> scales)
    {
        int width = codes.Length / count;
        var values = new float[codes.Length];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = codes[i] * scales[scales.Length == 1 ? 0 : i / width];
        }

        return values;
    }

    /// <summary>int32 codes of a bias: scale = activation scale · weight scale, zero point 0; divided in f64, clipped.</summary>
    public static (int[] Codes, float[] Scales) Bias(ReadOnlySpan<float> bias, float activationScale, ReadOnlySpan<float> weightScales)
    {
        var codes = new int[bias.Length];
        var scales = new float[weightScales.Length];
        for (int i = 0; i < scales.Length; i++)
        {
            scales[i] = activationScale * weightScales[i];
        }

        for (int i = 0; i < codes.Length; i++)
        {
            double code = Math.Round((double)bias[i] / scales[scales.Length == 1 ? 0 : i], MidpointRounding.ToEven);
            codes[i] = (int)Math.Clamp(code, int.MinValue, int.MaxValue);
        }

        return (codes, scales);
    }

    public static float Magnitude(ReadOnlySpan<float> values)
    {
        float magnitude = 0;
        foreach (float value in values)
        {
            magnitude = Math.Max(magnitude, Math.Abs(value));
        }

        return magnitude;
    }
}
