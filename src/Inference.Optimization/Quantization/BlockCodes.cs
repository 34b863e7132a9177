namespace Inference.Optimization.Quantization;

/// <summary>4-bit codes with a scale for each block of a row, zero point 8.</summary>
internal static class BlockCodes
{
    // The middle of four bits.
    public const int ZeroPoint = 8;

    // Scales from the extreme's down to two thirds of it, in steps of 3 %.
    private const int ClipTrials = 12;

    /// <param name="rows">The weights [N,K], row-major.</param>
    /// <param name="count">N.</param>
    /// <param name="block">The number of weights that share a scale; the last block of a row may be padded.</param>
    /// <returns>Packed codes [N, ⌈K/block⌉, block/2] and scales [N · ⌈K/block⌉].</returns>
    public static (byte[] Packed, float[] Scales) Encode(ReadOnlySpan<float> rows, int count, int block)
    {
        int width = rows.Length / count;
        int blocks = (width + block - 1) / block;
        var packed = new byte[count * blocks * (block / 2)];
        var scales = new float[count * blocks];
        Span<float> values = stackalloc float[block];
        for (int n = 0; n < count; n++)
        {
            for (int b = 0; b < blocks; b++)
            {
                int start = (n * width) + (b * block);
                int length = Math.Min(block, width - (b * block));
                values.Clear();
                rows.Slice(start, length).CopyTo(values);
                float scale = BestScale(values[..length]);
                scales[(n * blocks) + b] = scale;
                Span<byte> target = packed.AsSpan(((n * blocks) + b) * (block / 2), block / 2);
                for (int i = 0; i < block; i += 2)
                {
                    target[i / 2] = (byte)(Code(values[i], scale) | (Code(values[i + 1], scale) << 4));
                }
            }
        }

        return (packed, scales);
    }

    // The largest magnitude is mapped to −8, the end with one more code; smaller scales that clip it slightly are tried, and the lowest squared error is selected.
    public static float BestScale(ReadOnlySpan<float> values)
    {
        float extreme = 0;
        foreach (float value in values)
        {
            extreme = Math.Abs(value) > Math.Abs(extreme) ? value : extreme;
        }

        if (extreme == 0)
        {
            return 1;
        }

        float best = 0;
        double least = double.PositiveInfinity;
        for (int trial = 0; trial < ClipTrials; trial++)
        {
            float scale = extreme / -ZeroPoint * (1 - (trial * 0.03f));
            double error = 0;
            foreach (float value in values)
            {
                double difference = value - ((Code(value, scale) - ZeroPoint) * scale);
                error += difference * difference;
            }

            if (error < least)
            {
                (least, best) = (error, scale);
            }
        }

        return best;
    }

    public static int Code(float value, float scale) => (int)Math.Clamp(MathF.Round(value / scale, MidpointRounding.ToEven) + ZeroPoint, 0, 15);
}
