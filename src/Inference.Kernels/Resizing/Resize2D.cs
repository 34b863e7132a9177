using System.Diagnostics;
using System.Runtime.CompilerServices;
using Inference.Kernels.Convolution;
using Inference.Kernels.Elementwise;
using Inference.Kernels.Memory;
using Inference.Kernels.Threading;
using Inference.Kernels.Windows;

namespace Inference.Kernels.Resizing;

/// <summary>
/// Resizing of f32 images from tables of source positions, so that every coordinate rule has the same kernel. Thread-safe.
/// Source: ONNX Resize, opset 19.
/// </summary>
internal static unsafe class Resize2D
{
    // 16 elements a nanosecond.
    internal const long ParallelWork = 16 * WorkerPool.SharedNanoseconds;

    /// <summary>y[oy,ox] = x[rows[oy], columns[ox]] for each plane or pixel.</summary>
    /// <param name="layout">Layout of x and y.</param>
    /// <param name="x">Input.</param>
    /// <param name="y">Output; must not overlap <paramref name="x"/>.</param>
    /// <param name="batch">Images.</param>
    /// <param name="channels">Channels.</param>
    /// <param name="height">Input height, pixels.</param>
    /// <param name="width">Input width, pixels.</param>
    /// <param name="rows">Source row of each output row.</param>
    /// <param name="columns">Source column of each output column.</param>
    /// <param name="maxThreads">The most threads to use.</param>
    public static void Nearest(
        TensorLayout layout, float* x, float* y, int batch, int channels, int height, int width, ReadOnlySpan<int> rows,
        ReadOnlySpan<int> columns, int maxThreads = 1)
    {
        KernelAssert.Run(x, (nint)batch * channels * height * width);
        KernelAssert.Run(y, (nint)batch * channels * rows.Length * columns.Length);
        CheckPositions(rows, height);
        CheckPositions(columns, width);
        bool nhwc = layout == TensorLayout.Nhwc;
        fixed (int* r = rows, c = columns)
        {
            var action = new NearestBlocks
            {
                X = x,
                Y = y,
                Height = height,
                Width = width,
                Run = nhwc ? channels : 1,
                Rows = r,
                Columns = c,
                OutHeight = rows.Length,
                OutWidth = columns.Length,
            };
            int planes = nhwc ? batch : batch * channels;
            long work = (long)planes * rows.Length * columns.Length * action.Run;
            WorkerPool.Run(planes * rows.Length, ref action, work >= ParallelWork ? maxThreads : 1);
        }
    }

    /// <summary>
    /// y[oy,ox] = bilinear mean of x at rows (rows[oy], rows1[oy]) and columns likewise; rowWeights[oy] is the weight of rows1, and
    /// 1 − it of rows.
    /// </summary>
    /// <param name="layout">Layout of x and y.</param>
    /// <param name="x">Input.</param>
    /// <param name="y">Output; must not overlap <paramref name="x"/>.</param>
    /// <param name="batch">Images.</param>
    /// <param name="channels">Channels.</param>
    /// <param name="height">Input height, pixels.</param>
    /// <param name="width">Input width, pixels.</param>
    /// <param name="rows">Source positions of output rows.</param>
    /// <param name="columns">Source positions of output columns.</param>
    /// <param name="maxThreads">The most threads to use.</param>
    public static void Linear(
        TensorLayout layout, float* x, float* y, int batch, int channels, int height, int width, in LinearPositions rows,
        in LinearPositions columns, int maxThreads = 1)
    {
        KernelAssert.Run(x, (nint)batch * channels * height * width);
        KernelAssert.Run(y, (nint)batch * channels * rows.Low.Length * columns.Low.Length);
        Debug.Assert(rows.High.Length == rows.Low.Length && rows.Weight.Length == rows.Low.Length, "tables of one length for rows");
        Debug.Assert(columns.High.Length == columns.Low.Length && columns.Weight.Length == columns.Low.Length, "tables of one length for columns");
        CheckPositions(rows.Low, height);
        CheckPositions(rows.High, height);
        CheckPositions(columns.Low, width);
        CheckPositions(columns.High, width);
        bool nhwc = layout == TensorLayout.Nhwc;
        fixed (int* r0 = rows.Low, r1 = rows.High, c0 = columns.Low, c1 = columns.High)
        fixed (float* rw = rows.Weight, cw = columns.Weight)
        {
            var action = new LinearBlocks
            {
                X = x,
                Y = y,
                Height = height,
                Width = width,
                Channels = nhwc ? channels : 1,
                Row0 = r0,
                Row1 = r1,
                RowWeight = rw,
                Column0 = c0,
                Column1 = c1,
                ColumnWeight = cw,
                OutHeight = rows.Low.Length,
                OutWidth = columns.Low.Length,
            };
            int planes = nhwc ? batch : batch * channels;
            long work = (long)planes * rows.Low.Length * columns.Low.Length * action.Channels;
            WorkerPool.Run(planes * rows.Low.Length, ref action, work >= ParallelWork ? maxThreads : 1);
        }
    }

    [Conditional("DEBUG")]
    private static void CheckPositions(ReadOnlySpan<int> positions, int size)
    {
        foreach (int position in positions)
        {
            KernelAssert.AtMost(position, size - 1);
        }
    }

    private struct NearestBlocks : IBlockAction
    {
        public float* X;
        public float* Y;
        public int Height;
        public int Width;
        public int Run;
        public int* Rows;
        public int* Columns;
        public int OutHeight;
        public int OutWidth;

        public readonly void Invoke(int block)
        {
            float* from = X + (((nint)(block / OutHeight) * Height) + Rows[block % OutHeight]) * Width * Run;
            float* to = Y + ((nint)block * OutWidth * Run);
            if (Run == 1)
            {
                for (int i = 0; i < OutWidth; i++)
                {
                    to[i] = from[Columns[i]];
                }

                return;
            }

            for (int i = 0; i < OutWidth; i++, to += Run)
            {
                Unsafe.CopyBlockUnaligned(to, from + ((nint)Columns[i] * Run), (uint)Run * sizeof(float));
            }
        }
    }

    private struct LinearBlocks : IBlockAction
    {
        public float* X;
        public float* Y;
        public int Height;
        public int Width;
        public int Channels;
        public int* Row0;
        public int* Row1;
        public float* RowWeight;
        public int* Column0;
        public int* Column1;
        public float* ColumnWeight;
        public int OutHeight;
        public int OutWidth;

        public readonly void Invoke(int block)
        {
            int oy = block % OutHeight;
            nint length = (nint)Width * Channels;
            float* image = X + ((nint)(block / OutHeight) * Height * length);
            float* to = Y + ((nint)block * OutWidth * Channels);
            // First the two rows are mixed, by vectors; then columns of that one row.
            using var row = new AlignedScratch<float>(2 * length);
            float* mixed = row.Pointer;
            float* second = row.Pointer + length;
            Binary.RunScalarRight(BinaryKind.Mul, image + (Row0[oy] * length), 1f - RowWeight[oy], mixed, length);
            Binary.RunScalarRight(BinaryKind.Mul, image + (Row1[oy] * length), RowWeight[oy], second, length);
            Binary.Run(BinaryKind.Add, mixed, second, mixed, length);
            for (int ox = 0; ox < OutWidth; ox++)
            {
                float* a = mixed + ((nint)Column0[ox] * Channels);
                float* b = mixed + ((nint)Column1[ox] * Channels);
                float w = ColumnWeight[ox];
                for (int c = 0; c < Channels; c++)
                {
                    *to++ = (a[c] * (1f - w)) + (b[c] * w);
                }
            }
        }
    }
}
