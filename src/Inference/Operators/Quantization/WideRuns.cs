using System.Numerics;
using System.Runtime.CompilerServices;
using Inference.Kernels.Conversion;

namespace Inference.Operators.Quantization;

/// <summary>Linear quantization to 16-bit integers and back, over a run with one scale and zero point.</summary>
internal static unsafe class WideRuns
{
    private const int Block = 512;

    /// <summary>y = clamp(x/scale, min − zero, max − zero), rounded half to even, plus zero; NaN gives min.</summary>
    [SkipLocalsInit]
    public static void Quantize<T>(float* x, T* y, long count, float scale, int zero)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        float* block = stackalloc float[Block];
        for (long i = 0; i < count; i += Block)
        {
            int length = (int)Math.Min(Block, count - i);
            Round(x + i, block, length, scale, zero, int.CreateTruncating(T.MinValue) - zero, int.CreateTruncating(T.MaxValue) - zero);
            CastKernel.Run(block, (short*)(y + i), length);
        }
    }

    /// <summary>y = (x − zero)·scale.</summary>
    public static void Dequantize<T>(T* x, float* y, long count, float scale, int zero)
        where T : unmanaged
    {
        CastKernel.Run(x, y, (nint)count);
        Scale(y, count, scale, zero);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Round(float* x, float* y, int count, float scale, float zero, float min, float max)
    {
        int i = 0;
        for (; i + Vector<float>.Count <= count; i += Vector<float>.Count)
        {
            Vector<float> value = Vector.Load(x + i) / new Vector<float>(scale);
            value = Vector.ConditionalSelect(Vector.GreaterThan(value, new Vector<float>(min)), value, new Vector<float>(min));
            value = Vector.ConditionalSelect(Vector.LessThan(value, new Vector<float>(max)), value, new Vector<float>(max));
            (Vector.Round(value) + new Vector<float>(zero)).Store(y + i);
        }

        for (; i < count; i++)
        {
            float value = x[i] / scale;
            value = value > min ? value : min;
            value = value < max ? value : max;
            y[i] = MathF.Round(value, MidpointRounding.ToEven) + zero;
        }
    }

    // The difference of integers of 16 bits is exact.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Scale(float* y, long count, float scale, float zero)
    {
        long i = 0;
        for (; i + Vector<float>.Count <= count; i += Vector<float>.Count)
        {
            ((Vector.Load(y + i) - new Vector<float>(zero)) * new Vector<float>(scale)).Store(y + i);
        }

        for (; i < count; i++)
        {
            y[i] = (y[i] - zero) * scale;
        }
    }
}
