using System.Numerics;
using Inference.Kernels.Convolution;
using Inference.Kernels.Pooling;
using Inference.Kernels.Threading;
using Inference.Kernels.Windows;
using Inference.Operators.Convolution;
using Inference.Operators.Fused;
using Inference.Operators.Typed;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Inference.Operators.Pooling;

/// <summary>
/// A fold over sliding windows: X[N, C, spatial..] → Y[N, C, windows..]; a global form has one window. MaxPool's second output is the index of each maximum in
/// the flattened X (storage_order 1: column-major within a plane). Sources: ONNX MaxPool, AveragePool, LpPool and their global forms, opsets 1 to 22.
/// </summary>
internal sealed unsafe class Pool<TPooling>(Node node, TPooling pooling, bool global = false) : Operator
    where TPooling : struct, IPooling
{
    // 8 elements a nanosecond, which a sum over whole planes reaches.
    internal const long ParallelElements = 8 * WorkerPool.SharedNanoseconds;

    // Blocks of planes for each thread, so that a late one takes less, and the run can be stopped between them.
    private const long BlocksPerThread = 64;

    // Elements of a window, and of a plane with its pads, beyond which the vector kernel's scratch would be out of proportion.
    private const long MaxTaps = 1 << 16;

    // A sixteenth of what a job of the pool may have.
    private const long MaxBlocks = 1 << 20;

    private readonly WindowAttributes _window = new(node);
    private readonly bool _countPads = node.Attributes.Int("count_include_pad", 0) != 0;
    private readonly bool _columnMajor = node.Attributes.Int("storage_order", 0) != 0;

    protected override void InferOutputs(InferContext context)
    {
        ElementType type = context.InputType(0);
        Dimension[]? x = Shapes.RequireRankAtLeast(context, 0, global ? 2 : 3);
        if (context.HasOutput(1) && (global || typeof(TPooling) != typeof(Poolings.Max)))
        {
            throw context.Error($"expected 1 output, got {context.OutputCount}: only MaxPool returns indices.");
        }

        Dimension[]? y = null;
        if (x is not null)
        {
            int spatial = x.Length - 2;
            if (spatial > WindowGrid.MaxSpatial)
            {
                throw context.Error($"input 0: expected rank 3 to {WindowGrid.MaxSpatial + 2}, got rank {x.Length}.");
            }

            y = (Dimension[])x.Clone();
            if (!global)
            {
                _window.Check(context, spatial);
            }

            if (!global && _window.KernelShape is not { Length: > 0 })
            {
                throw context.Error("attribute 'kernel_shape': expected one size for each spatial axis, but it is absent.");
            }

            for (int i = 0; i < spatial; i++)
            {
                y[i + 2] = global ? Dimension.Fixed(1) : _window.Output(i, spatial, x[i + 2], Dimension.Fixed(_window.KernelShape![i]));
            }
        }

        context.SetOutput(0, type, y);
        if (context.HasOutput(1))
        {
            context.SetOutput(1, ElementType.Int64, y);
        }
    }

    public override void PropagateBatch(BatchContext context)
    {
        int axis = context.InputAxis(0);
        for (int i = 0; i < context.Node.Outputs.Count; i++)
        {
            // Indices count from the start of the whole batch.
            context.SetOutputAxis(i, axis is 0 or 1 && i == 0 ? axis : axis == BatchContext.None ? axis : BatchContext.Mixed);
        }
    }

    public override void Run(KernelContext context)
    {
        Tensor x = context.Input(0);
        Tensor y = context.Output(0);
        if (y.Count == 0)
        {
            return;
        }

        if (x.Type == ElementType.Float32 && RunPlanes(context, x, y))
        {
            return;
        }

        ReadOnlySpan<long> spatial = x.Dims[2..];
        WindowGrid grid = global ? WindowGrid.Whole(spatial) : WindowGrid.Create(_window, spatial, _window.KernelShape, y.Dims[2..]);
        var action = new Action(context, pooling, grid, _columnMajor);
        if (!Dispatch.Numeric(x.Type, ref action))
        {
            throw context.Error($"input 0: expected a numeric tensor, got {x.Type.Name()}.");
        }
    }

    // f32 means, and folds of whole planes, by vectors.
    private bool RunPlanes(KernelContext context, Tensor x, Tensor y)
    {
        bool mean = typeof(TPooling) == typeof(Poolings.Average);
        if (global && (mean || typeof(TPooling) == typeof(Poolings.Max)))
        {
            long size = x.Count / y.Count;
            if (size is 0 or > int.MaxValue)
            {
                return false;
            }

            long blocks = Blocks(context, y.Count, x.Count);
            var planes = new WholePlanes((float*)x.Data, (float*)y.Data, y.Count, blocks, (int)size, mean);
            WorkerPool.Run((int)blocks, ref planes, x.Count >= ParallelElements ? context.Threads : 1);
            return true;
        }

        if (!mean || x.Rank is not (3 or 4) || !FitsVectors(x, y))
        {
            return false;
        }

        bool image = x.Rank == 4;
        ConvolutionGeometry geometry = NhwcWindow.Geometry(_window, x.Dims, _window.KernelShape, (int)x.Dims[1], 1, planar: true);
        PoolingF32.Run(
            _countPads ? PoolingKind.AverageWithPadding : PoolingKind.Average, TensorLayout.Nchw, in geometry, (float*)x.Data, (float*)y.Data, (int)x.Dims[0],
            image ? (int)x.Dims[2] : 1, (int)x.Dims[^1], image ? (int)y.Dims[2] : 1, (int)y.Dims[^1], context.Threads);
        return true;
    }

    private static long Blocks(KernelContext context, long planes, long elements) =>
        Math.Min(planes, Math.Clamp(elements / ParallelElements, context.Threads * BlocksPerThread, MaxBlocks));

    // The vector kernel counts in 32 bits and copies a plane with its pads.
    private bool FitsVectors(Tensor x, Tensor y)
    {
        long taps = 1;
        long padded = 1;
        long plane = 1;
        for (int i = 0; i < x.Rank - 2; i++)
        {
            taps *= _window.KernelShape![i];
            plane *= x.Dims[i + 2];
            padded *= ((y.Dims[i + 2] - 1) * _window.Stride(i)) + ((_window.KernelShape[i] - 1) * _window.Dilation(i)) + 1;
            if (taps > MaxTaps || padded > int.MaxValue)
            {
                return false;
            }
        }

        return padded <= (16 * plane) + MaxTaps && x.Dims[0] <= int.MaxValue && x.Dims[1] <= int.MaxValue && x.Dims[0] * x.Dims[1] <= int.MaxValue;
    }

    private readonly struct WholePlanes(float* x, float* y, long count, long blocks, int size, bool mean) : IBlockAction
    {
        public void Invoke(int block)
        {
            for (long i = count * block / blocks; i < count * (block + 1) / blocks; i++)
            {
                var plane = new ReadOnlySpan<float>(x + (i * size), size);
                y[i] = mean ? TensorPrimitives.Sum(plane) / size : TensorPrimitives.Max(plane);
            }
        }
    }

    private readonly struct Action(KernelContext context, TPooling pooling, WindowGrid grid, bool columnMajor) : INumericAction
    {
        public void Invoke<E, T, C>()
            where E : struct, IElement<T, C>
            where T : unmanaged
            where C : unmanaged, INumber<C>, IMinMaxValue<C>
        {
            Tensor x = context.Input(0);
            Tensor y = context.Output(0);
            long planes = x.Dims[0] * x.Dims[1];
            if (context.HasOutput(1))
            {
                long* indices = (long*)context.Output(1).Data;
                for (long p = 0; p < planes; p++)
                {
                    PoolLoop.MaxWithIndex<E, T, C>(context, in grid, (T*)x.Data + p * grid.InputCount, (T*)y.Data + p * grid.OutputCount, indices + p * grid.OutputCount, p * grid.InputCount, columnMajor);
                }

                return;
            }

            long blocks = Blocks(context, planes, x.Count);
            var block = new PlaneAction<E, T, C>(context, (T*)x.Data, (T*)y.Data, planes, blocks, pooling, grid);
            WorkerPool.Run((int)blocks, ref block, x.Count >= ParallelElements ? context.Threads : 1);
        }
    }

    private readonly struct PlaneAction<E, T, C>(KernelContext context, T* x, T* y, long count, long blocks, TPooling pooling, WindowGrid grid) : IBlockAction
        where E : struct, IElement<T, C>
        where T : unmanaged
        where C : unmanaged, INumber<C>, IMinMaxValue<C>
    {
        public void Invoke(int block)
        {
            for (long i = count * block / blocks; i < count * (block + 1) / blocks; i++)
            {
                PoolLoop.Plane<TPooling, E, T, C>(context, in grid, pooling, x + (i * grid.InputCount), y + (i * grid.OutputCount));
            }
        }
    }
}
