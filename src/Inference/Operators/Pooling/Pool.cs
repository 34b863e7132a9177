using System.Numerics;
using Inference.Graph;
using Inference.Kernels.Convolution;
using Inference.Kernels.Pooling;
using Inference.Kernels.Threading;
using Inference.Operators.Convolution;
using Inference.Operators.Fused;
using Inference.Operators.Typed;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Inference.Operators.Pooling;

/// <summary>
/// A fold over sliding windows: X[N, C, spatial..] → Y[N, C, windows..]; a global form has one window. MaxPool's second output is the index of each maximum in
/// the flattened X (storage_order 1: column-major within a plane). Sources: ONNX MaxPool, AveragePool, LpPool and their global forms, opsets 1 to 22.
/// </summary>
internal sealed unsafe class Pool<TPooling>(Node node, TPooling pooling, TypeSet allowed, bool global = false) : Operator
    where TPooling : struct, IPooling
{
    // Elements under which a plane loop is not worth sharing.
    private const long ParallelElements = 1 << 15;

    private readonly WindowAttributes _window = new(node);
    private readonly bool _countPads = node.Attributes.Int("count_include_pad", 0) != 0;
    private readonly bool _columnMajor = node.Attributes.Int("storage_order", 0) != 0;

    protected override void InferOutputs(InferContext context)
    {
        ElementType type = Shapes.RequireType(context, 0, allowed);
        Dimension[]? x = Shapes.RequireRankAtLeast(context, 0, global ? 2 : 3);
        Dimension[]? y = null;
        if (x is not null)
        {
            int spatial = x.Length - 2;
            if (spatial > WindowGrid.MaxSpatial)
            {
                throw context.Error($"input 0: expected rank 3 to {WindowGrid.MaxSpatial + 2}, got rank {x.Length}.");
            }

            y = (Dimension[])x.Clone();
            _window.Check(context, spatial);
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

        if (x.Type == ElementType.Float && RunPlanes(context, x, y))
        {
            return;
        }

        ReadOnlySpan<long> spatial = x.Dims[2..];
        WindowGrid grid = WindowGrid.Create(_window, spatial, global ? spatial : _window.KernelShape, y.Dims[2..]);
        if (global)
        {
            for (int i = 0; i < spatial.Length; i++)
            {
                grid.Stride[i] = grid.Dilation[i] = 1;
                grid.Before[i] = grid.After[i] = 0;
            }
        }

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
            if (x.Count == 0)
            {
                return false;
            }

            int size = checked((int)(x.Count / y.Count));
            var planes = new WholePlanes((float*)x.Data, (float*)y.Data, size, mean);
            WorkerPool.Run(checked((int)y.Count), ref planes, x.Count >= ParallelElements ? context.Threads : 1);
            return true;
        }

        if (!mean || x.Rank is not (3 or 4))
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

    private readonly struct WholePlanes(float* x, float* y, int size, bool mean) : IBlockAction
    {
        public void Invoke(int block)
        {
            var plane = new ReadOnlySpan<float>(x + ((nint)block * size), size);
            y[block] = mean ? TensorPrimitives.Sum(plane) / size : TensorPrimitives.Max(plane);
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
            int planes = checked((int)(x.Dims[0] * x.Dims[1]));
            if (context.HasOutput(1))
            {
                long* indices = (long*)context.Output(1).Data;
                for (int p = 0; p < planes; p++)
                {
                    context.ThrowIfCancelled();
                    PoolLoop.MaxWithIndex<E, T, C>(in grid, (T*)x.Data + p * grid.InputCount, (T*)y.Data + p * grid.OutputCount, indices + p * grid.OutputCount, p * grid.InputCount, columnMajor);
                }

                return;
            }

            context.ThrowIfCancelled();
            var block = new PlaneAction<E, T, C>((T*)x.Data, (T*)y.Data, pooling, grid);
            WorkerPool.Run(planes, ref block, x.Count >= ParallelElements ? context.Threads : 1);
        }
    }

    private readonly struct PlaneAction<E, T, C>(T* x, T* y, TPooling pooling, WindowGrid grid) : IBlockAction
        where E : struct, IElement<T, C>
        where T : unmanaged
        where C : unmanaged, INumber<C>, IMinMaxValue<C>
    {
        public void Invoke(int block) => PoolLoop.Plane<TPooling, E, T, C>(in grid, pooling, x + block * grid.InputCount, y + block * grid.OutputCount);
    }
}
