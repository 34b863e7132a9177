using System.Numerics.Tensors;
using Inference.Optimization.Numerics;

namespace Inference.Optimization.Quantization;

/// <summary>
/// Rounds weights to 4-bit codes so that the error of the layer's output is small rather than that of each weight. With G the second moments of the inputs, an error δ of a row costs δ·G·δᵀ; with G = R·Rᵀ, R upper
/// triangular, that is Σ_k (δ·R)_k², and (δ·R)_k depends on the first k weights only. So weights are rounded in order, each after adding what cancels the errors before it: Σ_{j&lt;k} δ_j·R_jk / R_kk.
/// Sources: Frantar et al., "GPTQ", 2022; Chee et al., "QuIP", 2023, which shows that this feedback equals updates by the Cholesky factor of the inverse.
/// </summary>
internal sealed class BlockRounding
{
    // Of the mean of the diagonal: directions that the rows hardly show stay as they are.
    private const double Damping = 0.01;

    private readonly double[] _factor;
    private readonly int _width;

    /// <param name="gram">G [K,K], row-major, to any factor.</param>
    /// <param name="width">K.</param>
    public BlockRounding(ReadOnlySpan<double> gram, int width)
    {
        _width = width;
        _factor = TriangularFactor.Upper(gram, width, Damping);
    }

    /// <summary>Rounds rows; a row whose output error is smaller when each weight is rounded to the nearest code is rounded so.</summary>
    /// <param name="rows">The weights [N,K], row-major.</param>
    /// <param name="count">N.</param>
    /// <param name="block">The number of weights that share a scale.</param>
    /// <returns>The codes with their scales, as <see cref="BlockCodes.Encode"/> returns them, and the output's squared error relative to that of rounding to nearest.</returns>
    public (byte[] Packed, float[] Scales, double Error) Encode(ReadOnlySpan<float> rows, int count, int block)
    {
        (byte[] packed, float[] scales) = BlockCodes.Encode(rows, count, block);
        int blocks = scales.Length / count;
        var codes = new byte[block * blocks];
        var rowScales = new float[blocks];
        var feedback = new double[_width];
        double nearest = 0, chosen = 0;
        for (int n = 0; n < count; n++)
        {
            ReadOnlySpan<float> row = rows.Slice(n * _width, _width);
            Span<byte> rowPacked = packed.AsSpan(n * blocks * (block / 2), blocks * (block / 2));
            double plain = Error(row, rowPacked, scales.AsSpan(n * blocks, blocks), block, feedback);
            double fed = Round(row, block, codes, rowScales, feedback);
            nearest += plain;
            chosen += Math.Min(fed, plain);
            if (fed < plain)
            {
                rowScales.CopyTo(scales, n * blocks);
                for (int i = 0; i < rowPacked.Length; i++)
                {
                    rowPacked[i] = (byte)(codes[2 * i] | (codes[(2 * i) + 1] << 4));
                }
            }
        }

        return (packed, scales, nearest > 0 ? chosen / nearest : 1);
    }

    private double Round(ReadOnlySpan<float> row, int block, Span<byte> codes, Span<float> scales, Span<double> feedback)
    {
        double error = 0;
        Span<float> values = stackalloc float[block];
        feedback.Clear();
        // Positions after the last weight hold zero.
        codes.Fill(BlockCodes.ZeroPoint);
        for (int k = 0; k < _width; k++)
        {
            if (k % block == 0)
            {
                int length = Math.Min(block, _width - k);
                for (int i = 0; i < length; i++)
                {
                    values[i] = (float)Wanted(row, k + i, feedback);
                }

                scales[k / block] = BlockCodes.BestScale(values[..length]);
            }

            double wanted = Wanted(row, k, feedback);
            float scale = scales[k / block];
            int code = BlockCodes.Code((float)wanted, scale);
            codes[k] = (byte)code;
            double restored = (code - BlockCodes.ZeroPoint) * (double)scale;
            double missed = (wanted - restored) * _factor[(k * _width) + k];
            error += missed * missed;
            Feed(row[k] - restored, k, feedback);
        }

        return error;
    }

    private double Error(ReadOnlySpan<float> row, ReadOnlySpan<byte> packed, ReadOnlySpan<float> scales, int block, Span<double> feedback)
    {
        double error = 0;
        feedback.Clear();
        for (int k = 0; k < _width; k++)
        {
            int code = (packed[k / 2] >> (k % 2 * 4)) & 15;
            double difference = row[k] - ((code - BlockCodes.ZeroPoint) * (double)scales[k / block]);
            double missed = feedback[k] + (difference * _factor[(k * _width) + k]);
            error += missed * missed;
            Feed(difference, k, feedback);
        }

        return error;
    }

    private double Wanted(ReadOnlySpan<float> row, int k, ReadOnlySpan<double> feedback) => row[k] + (feedback[k] / _factor[(k * _width) + k]);

    // feedback[k] = Σ_{j<k} δ_j·R_jk for the weights after j.
    private void Feed(double difference, int j, Span<double> feedback)
    {
        if (difference != 0)
        {
            Span<double> rest = feedback[(j + 1)..];
            TensorPrimitives.MultiplyAdd(_factor.AsSpan((j * _width) + j + 1, _width - j - 1), difference, rest, rest);
        }
    }
}
