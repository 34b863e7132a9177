using System.Numerics.Tensors;
using Inference.Kernels.Elementwise;
using Inference.Kernels.Quantized;
using Inference.Kernels.Quantized.Results;

namespace Inference.Layers;

/// <summary>
/// y[M,N] = activation(f32((a[M,K] − zero) × (B[K,N] − zeros of B) + start[N])·(scale·second·common) + bias[N]) with an 8-bit B packed once: what a <see cref="QuantizedLinear"/>
/// layer and the graph nodes IntegerLinear, MatMulIntegerToFloat and DynamicQuantizeMatMul run. Does not own B. Immutable; any number of threads may run it.
/// </summary>
internal sealed unsafe class ScaledProduct(QuantizedMatrix matrix, Activation activation)
{
    /// <summary>N.</summary>
    public nint Columns => matrix.Columns;

    /// <summary>Scratch for the scales of all columns, bytes.</summary>
    public long ScalesBytes => ((long)matrix.Columns + 16) / 16 * 64;

    /// <summary>With an f32 a that is quantized to u8 by its own range.</summary>
    /// <param name="x">a, <paramref name="count"/> elements.</param>
    /// <param name="count">M·K.</param>
    /// <param name="y">[M,N].</param>
    /// <param name="rows">M.</param>
    /// <param name="scale">One factor or one per column; empty for 1.</param>
    /// <param name="second">A second factor of it, the same way.</param>
    /// <param name="start">[N], or null.</param>
    /// <param name="bias">[N], or null.</param>
    /// <param name="scratch"><see cref="ScalesBytes"/>, and a byte for each element of a.</param>
    /// <param name="threads">The most threads to use.</param>
    public void RunDynamic(float* x, nint count, float* y, nint rows, ReadOnlySpan<float> scale, ReadOnlySpan<float> second, int* start, float* bias, byte* scratch, int threads)
    {
        byte* codes = scratch + ScalesBytes;
        LinearQuantization.QuantizeDynamic(x, codes, count, out float common, out byte zero);
        Run(codes, false, zero, common, y, rows, scale, second, start, bias, (float*)scratch, threads);
    }

    /// <summary>With an f32 a that is quantized to u8 by a scale and a zero point given.</summary>
    /// <inheritdoc cref="RunDynamic"/>
    public void RunStatic(
        float* x, nint count, float scaleX, byte zeroX, float* y, nint rows, ReadOnlySpan<float> scale, float* bias, byte* scratch, int threads)
    {
        byte* codes = scratch + ScalesBytes;
        LinearQuantization.Quantize(x, codes, count, scaleX, zeroX, signed: false);
        Run(codes, false, zeroX, 1f, y, rows, scale, new ReadOnlySpan<float>(in scaleX), null, bias, (float*)scratch, threads);
    }

    /// <summary>With an 8-bit a.</summary>
    /// <param name="a">a, u8 or s8.</param>
    /// <param name="signed">Whether a is s8.</param>
    /// <param name="zero">Zero point of a.</param>
    /// <param name="common">A factor of every scale.</param>
    /// <param name="y">[M,N].</param>
    /// <param name="rows">M.</param>
    /// <param name="scale">One factor or one per column; empty for 1.</param>
    /// <param name="second">A second factor of it, the same way.</param>
    /// <param name="start">[N], or null.</param>
    /// <param name="bias">[N], or null.</param>
    /// <param name="scales">Scratch of <see cref="ScalesBytes"/>.</param>
    /// <param name="threads">The most threads to use.</param>
    public void Run(
        byte* a, bool signed, int zero, float common, float* y, nint rows, ReadOnlySpan<float> scale, ReadOnlySpan<float> second, int* start, float* bias, float* scales, int threads)
    {
        QuantizedEpilogue epilogue = default;
        epilogue.Output = QuantizedOutput.Float32;
        epilogue.Bias = start;
        epilogue.Scale = scales;
        epilogue.ScalePerColumn = Multiply(scale, second, common, scales, matrix.Columns);
        epilogue.FloatBias = bias;
        epilogue.Activation = activation;
        QuantizedGemm.Run(a, signed, matrix.Rows, zero, matrix, y, matrix.Columns, rows, in epilogue, threads);
    }

    // The product of the scales in f32, one or one per column.
    private static bool Multiply(ReadOnlySpan<float> scale, ReadOnlySpan<float> second, float common, float* to, nint n)
    {
        bool manyA = scale.Length > 1;
        bool manyB = second.Length > 1;
        bool many = manyA || manyB;
        float a = scale.IsEmpty ? 1f : scale[0];
        float b = second.IsEmpty ? 1f : second[0];
        var target = new Span<float>(to, many ? (int)n : 1);
        if (manyA && manyB)
        {
            TensorPrimitives.Multiply(scale, second, target);
        }
        else if (many)
        {
            TensorPrimitives.Multiply(manyA ? scale : second, manyA ? b : a, target);
        }
        else
        {
            *to = a * b;
        }

        if (common != 1f)
        {
            TensorPrimitives.Multiply(target, common, target);
        }

        return many;
    }
}
