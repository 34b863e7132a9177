using Inference.Kernels.Quantized;

namespace Inference.Layers;

/// <summary>Rows of a table in 8 bits.</summary>
internal static unsafe class LayerRows
{
    /// <summary>Codes, scales and zero points of each row, by its own range with 0 in it.</summary>
    /// <exception cref="ArgumentException">An element is not finite.</exception>
    public static byte[] Quantize(ReadOnlySpan<float> table, int rows, int width, string layer, string parameter, out float[] scales, out byte[] zeroPoints)
    {
        for (int i = 0; i < table.Length; i++)
        {
            if (!float.IsFinite(table[i]))
            {
                throw new ArgumentException($"{layer}: expected finite elements, got {table[i]} at position {i}. Remove NaN and infinities before quantizing the table.", parameter);
            }
        }

        var codes = new byte[table.Length];
        scales = new float[rows];
        zeroPoints = new byte[rows];
        fixed (float* from = table)
        fixed (byte* to = codes)
        {
            for (int row = 0; row < rows; row++)
            {
                nint at = (nint)row * width;
                LinearQuantization.QuantizeDynamic(from + at, to + at, width, out scales[row], out zeroPoints[row]);
                if (scales[row] == 0f)
                {
                    // A range so small that its scale underflows to 0 represents zeros.
                    (scales[row], zeroPoints[row]) = (1f, 0);
                    codes.AsSpan((int)at, width).Clear();
                }
            }
        }

        return codes;
    }
}
