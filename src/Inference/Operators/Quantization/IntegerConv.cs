using Inference.Kernels;
using Inference.Kernels.Memory;
using Inference.Operators.Convolution;
using Inference.Operators.MatrixProduct;
using Inference.Operators.Typed;

namespace Inference.Operators.Quantization;

/// <summary>Convolution of 8-bit tensors with zero points, exact in int32; padding stands for the zero point.</summary>
internal static unsafe class IntegerConv
{

    /// <summary>Receives the sums of one filter for a run of output positions.</summary>
    internal interface ISink
    {
        void Store(long row, long filter, long first, int* sums, long count);
    }

    public static void Run<TSink>(KernelContext context, WindowAttributes window, long group, Tensor x, Tensor? zeroX, Tensor w, Tensor? zeroW, Tensor y, TSink sink)
        where TSink : struct, ISink
    {
        if (y.Count == 0)
        {
            return;
        }

        WindowGrid grid = WindowGrid.Create(window, x.Dims[2..], w.Dims[2..], y.Dims[2..]);
        long channels = w.Dims[1];
        long filters = w.Dims[0] / group;
        long depth = channels * grid.KernelCount;
        long tile = Math.Clamp(Im2Col.TileElements / Math.Max(1, depth), Math.Min(TileLimits.Lanes, grid.OutputCount), grid.OutputCount);
        int* weights = (int*)context.Scratch((w.Count + depth * tile + filters * tile) * sizeof(int));
        int* columns = weights + w.Count;
        int* sums = columns + depth * tile;
        for (long f = 0; f < w.Dims[0]; f++)
        {
            IntegerProduct.Widen(w, f * depth, depth, zeroW is null ? 0 : (int)Scalars.ToInt64(zeroW, zeroW.Count == 1 ? 0 : f), weights + f * depth);
        }

        int zero = zeroX is null ? 0 : (int)Scalars.ToInt64(zeroX);
        for (long n = 0; n < x.Dims[0]; n++)
        {
            for (long g = 0; g < group; g++)
            {
                long start = (n * x.Dims[1] + g * channels) * grid.InputCount;
                for (long first = 0; first < grid.OutputCount; first += tile)
                {
                    context.ThrowIfCancelled();
                    long count = Math.Min(tile, grid.OutputCount - first);
                    if (x.Type == ElementType.UInt8)
                    {
                        Im2Col.Run(in grid, x.Data + start, channels, (byte)zero, first, count, columns, context.Threads);
                    }
                    else
                    {
                        Im2Col.Run(in grid, (sbyte*)x.Data + start, channels, (sbyte)zero, first, count, columns, context.Threads);
                    }

                    LargeBlocks.Clear(sums, filters * count * sizeof(int));
                    GenericProduct.Run(weights + g * filters * depth, false, columns, false, sums, filters, count, depth, 1, context.Threads);
                    for (long f = 0; f < filters; f++)
                    {
                        sink.Store(n, g * filters + f, first, sums + f * count, count);
                    }
                }
            }
        }
    }
}
