using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Inference.Kernels.Elementwise;

namespace Inference.Kernels.Quantized;

/// <summary>Stores accumulators in the epilogue's output type; the same values on every instruction set.</summary>
internal static unsafe class QuantizedStore
{
    /// <summary>Rows m … m + count − 1 and columns n0 … n0 + columns − 1 of Y from accumulators with rows of <paramref name="width"/>.</summary>
    public static void Run(
        in QuantizedEpilogue e, int* accumulators, int width, byte* y, nint ldy, nint m, int count, nint n0, int columns)
    {
        int size = e.Output is QuantizedOutput.UInt8 or QuantizedOutput.Int8 ? 1 : 4;
        float* scale = e.Scale + (e.ScalePerColumn ? n0 : 0);
        for (int i = 0; i < count; i++, accumulators += width)
        {
            byte* to = y + ((((m + i) * ldy) + n0) * size);
            switch (e.Output)
            {
                case QuantizedOutput.Int32:
                    Unsafe.CopyBlockUnaligned(to, accumulators, (uint)columns * sizeof(int));
                    break;
                case QuantizedOutput.Float32:
                    float rowScale = e.RowScale == null ? 1f : e.RowScale[m + i];
                    Dequantize(accumulators, scale, e.ScalePerColumn, rowScale, e.FloatBias == null ? null : e.FloatBias + n0, (float*)to, columns);
                    Activations.Apply(in e.Activation, (float*)to, (float*)to, columns);
                    break;
                default:
                    Requantize(accumulators, scale, e.ScalePerColumn, e.ZeroPoint, e.Output == QuantizedOutput.Int8, to, columns);
                    break;
            }
        }
    }

    /// <summary>to[j] = round(clamp(from[j] · scale, qmin − z, qmax − z)) + z.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Requantize(int* from, float* scale, bool perColumn, int zeroPoint, bool signed, byte* to, int count)
    {
        float low = (signed ? -128 : 0) - zeroPoint;
        float high = (signed ? 127 : 255) - zeroPoint;
        int j = 0;
        if (Avx512F.IsSupported)
        {
            Vector512<float> s = Vector512.Create(*scale);
            for (; j + 16 <= count; j += 16)
            {
                s = perColumn ? Vector512.Load(scale + j) : s;
                Vector512<float> x = Avx512F.ConvertToVector512Single(Vector512.Load(from + j)) * s;
                x = Avx512F.Min(Vector512.Create(high), Avx512F.Max(Vector512.Create(low), x));
                // The value is inside the byte's range, so keeping the low byte is exact for both signs.
                Vector512<int> q = Avx512F.ConvertToVector512Int32(x) + Vector512.Create(zeroPoint);
                Avx512F.ConvertToVector128Byte(q).Store(to + j);
            }
        }
        else if (Avx2.IsSupported)
        {
            Vector256<float> s = Vector256.Create(*scale);
            for (; j + 8 <= count; j += 8)
            {
                s = perColumn ? Vector256.Load(scale + j) : s;
                Vector256<float> x = Avx.ConvertToVector256Single(Vector256.Load(from + j)) * s;
                x = Avx.Min(Vector256.Create(high), Avx.Max(Vector256.Create(low), x));
                Vector256<int> q = Avx.ConvertToVector256Int32(x) + Vector256.Create(zeroPoint);
                q &= Vector256.Create(255);
                Vector128<ushort> words = Sse41.PackUnsignedSaturate(q.GetLower(), q.GetUpper());
                Sse2.PackUnsignedSaturate(words.AsInt16(), words.AsInt16()).GetLower().Store(to + j);
            }
        }

        for (; j < count; j++)
        {
            float x = from[j] * scale[perColumn ? j : 0];
            x = low > x ? low : x;
            x = high < x ? high : x;
            to[j] = (byte)((int)MathF.Round(x) + zeroPoint);
        }
    }

    /// <summary>to[j] = from[j] · scale · rowScale + bias[j].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Dequantize(int* from, float* scale, bool perColumn, float rowScale, float* bias, float* to, int count)
    {
        int j = 0;
        Vector256<float> row = Vector256.Create(rowScale);
        for (; j + 8 <= count; j += 8)
        {
            Vector256<float> s = perColumn ? Vector256.Load(scale + j) : Vector256.Create(*scale);
            Vector256<float> x = Vector256.ConvertToSingle(Vector256.Load(from + j)) * (s * row);
            x = bias == null ? x : x + Vector256.Load(bias + j);
            x.Store(to + j);
        }

        for (; j < count; j++)
        {
            float x = from[j] * (scale[perColumn ? j : 0] * rowScale);
            to[j] = bias == null ? x : x + bias[j];
        }
    }
}
