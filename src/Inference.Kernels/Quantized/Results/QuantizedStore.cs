using System.Runtime.CompilerServices;
using Inference.Kernels.Elementwise;

namespace Inference.Kernels.Quantized.Results;

/// <summary>Stores accumulators in the epilogue's output type; the same values on every instruction set.</summary>
internal static unsafe class QuantizedStore
{
    /// <summary>Rows m … m + count − 1 and columns n0 … n0 + columns − 1 of Y from accumulators with rows of <paramref name="width"/>.</summary>
    public static void Run(
        in QuantizedEpilogue e, int* accumulators, int width, byte* y, nint ldy, nint m, int count, nint n0, int columns) =>
        Run(in e, accumulators, width, y, ldy, m, count, n0, columns, IsaTier.Avx512);

    internal static void Run(
        in QuantizedEpilogue e, int* accumulators, int width, byte* y, nint ldy, nint m, int count, nint n0, int columns, IsaTier limit)
    {
        KernelAssert.AtMost(columns, width);
        KernelAssert.Matrix(accumulators, count, columns, width);
        KernelAssert.Matrix(y, m + count, n0 + columns, ldy);
        float* scale = e.Scale + (e.ScalePerColumn ? n0 : 0);
        if (e.Output is QuantizedOutput.UInt8 or QuantizedOutput.Int8)
        {
            RequantizeBody.Job requantize;
            requantize.Epilogue = e;
            requantize.From = accumulators;
            requantize.Width = width;
            requantize.Scale = scale;
            requantize.To = y + (m * ldy) + n0;
            requantize.Ldy = ldy;
            requantize.Columns = columns;
            RequantizeBody.Kernel.Within(limit)(&requantize, 0, count);
            return;
        }

        byte* to = y + (((m * ldy) + n0) * sizeof(int));
        if (e.Output == QuantizedOutput.Int32)
        {
            for (int i = 0; i < count; i++, accumulators += width, to += ldy * sizeof(int))
            {
                Unsafe.CopyBlockUnaligned(to, accumulators, (uint)columns * sizeof(int));
            }

            return;
        }

        DequantizeSumsBody.Job dequantize;
        dequantize.From = accumulators;
        dequantize.Width = width;
        dequantize.To = (float*)to;
        dequantize.Ldy = ldy;
        dequantize.Columns = columns;
        dequantize.Scale = scale;
        dequantize.ScalePerColumn = e.ScalePerColumn;
        dequantize.RowScale = e.RowScale == null ? null : e.RowScale + m;
        dequantize.Bias = e.FloatBias == null ? null : e.FloatBias + n0;
        DequantizeSumsBody.Kernel.Within(limit)(&dequantize, 0, count);
        for (int i = 0; i < count; i++, to += ldy * sizeof(float))
        {
            Activations.Apply(in e.Activation, (float*)to, (float*)to, columns);
        }
    }
}
