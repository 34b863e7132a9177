namespace Inference.Operators.Quantization;

/// <summary>int32 sums back to 8 bits.</summary>
internal static unsafe class Requantize
{
    /// <summary>y = clamp(round(acc·multiplier)) + zero: ties to even, bounds as integers of the type less the zero point.</summary>
    public static int One(int accumulator, float multiplier, int zero, int min, int max)
    {
        float value = accumulator * multiplier;
        value = value > min - zero ? value : min - zero;
        value = value < max - zero ? value : max - zero;
        return (int)MathF.Round(value, MidpointRounding.ToEven) + zero;
    }

    /// <summary>A run with one multiplier, or one for each element (stride 1).</summary>
    public static void Run(int* accumulators, long count, float* multipliers, long stride, int zero, QuantizedRange range, byte* target)
    {
        for (long i = 0; i < count; i++)
        {
            // Signed and unsigned bytes have the same low bits.
            target[i] = unchecked((byte)One(accumulators[i], multipliers[i * stride], zero, range.Min, range.Max));
        }
    }
}
