using System.Numerics;
using Inference.Kernels.Memory;
using Inference.Kernels.Threading;
using Inference.Operators.Convolution;
using Inference.Operators.Reduction;
using Inference.Operators.Typed;

namespace Inference.Operators.Pooling;

/// <summary>
/// A fold over sliding windows: X[N, C, spatial..] → Y[N, C, windows..]; a global form has one window. MaxPool's second output is the index of each maximum in
/// the flattened X (storage_order 1: column-major within a plane). Sources: ONNX MaxPool, AveragePool, LpPool and their global forms, opsets 1 to 22.
/// </summary>
internal sealed unsafe class Pool<TPooling>(Node node, TPooling pooling, bool global = false) : Operator
    where TPooling : struct, IPooling
{
    // 8 elements a nanosecond, which a search for the largest reaches.
    private const long ParallelElements = 8 * WorkerPool.SharedNanoseconds;

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

        context.ThrowIfCancelled();
        ReadOnlySpan<long> spatial = x.Dims[2..];
        WindowGrid grid = global ? WindowGrid.Whole(spatial) : WindowGrid.Create(_window, spatial, _window.KernelShape, y.Dims[2..]);
        var action = new Action(context, pooling, grid, _countPads, _columnMajor);
        if (!Dispatch.Numeric(x.Type, ref action))
        {
            throw context.Error($"input 0: expected a numeric tensor, got {x.Type.Name()}.");
        }
    }

    private readonly struct Action(KernelContext context, TPooling pooling, WindowGrid grid, bool countPads, bool columnMajor) : INumericAction
    {
        public void Invoke<E, T, C>()
            where E : struct, IElement<T, C>
            where T : unmanaged
            where C : unmanaged, INumber<C>, IMinMaxValue<C>
        {
            Tensor x = context.Input(0);
            Tensor y = context.Output(0);
            long planes = x.Dims[0] * x.Dims[1];
            if (!TryVectors<E, T, C>(x, y, planes))
            {
                var block = new PlaneAction<E, T, C>(context, (T*)x.Data, (T*)y.Data, planes, Blocks(planes, out int threads), pooling, grid);
                WorkerPool.Run(block.Blocks, ref block, threads);
            }

            if (context.HasOutput(1))
            {
                var block = new IndexAction<E, T, C>((T*)x.Data, (T*)y.Data, (long*)context.Output(1).Data, planes, Blocks(planes, out int threads), grid, columnMajor);
                WorkerPool.Run(block.Blocks, ref block, threads);
            }
        }

        private bool TryVectors<E, T, C>(Tensor x, Tensor y, long planes)
            where E : struct, IElement<T, C>
            where T : unmanaged
            where C : unmanaged, INumber<C>, IMinMaxValue<C>
        {
            bool floats = typeof(C) == typeof(float) || typeof(C) == typeof(double);
            double order = typeof(TPooling) == typeof(Poolings.Lp) ? ((Poolings.Lp)(object)pooling).P : 0;
            return typeof(TPooling) == typeof(Poolings.Max) ? Run<Reducers.Max, WindowMaximum, WindowFinishes.Plain, Reducers.Max, E, T, C>(x, y, planes)
                : typeof(TPooling) == typeof(Poolings.Average) && floats ? Run<Reducers.Sum, Reducers.Sum, WindowFinishes.Mean, Reducers.Mean, E, T, C>(x, y, planes)
                : order == 2 && floats ? Run<Reducers.SumSquare, Reducers.SumSquare, WindowFinishes.Root, Reducers.L2, E, T, C>(x, y, planes)
                : order == 1 && Run<Reducers.L1, Reducers.L1, WindowFinishes.Plain, Reducers.L1, E, T, C>(x, y, planes);
        }

        // By vectors: windows, or planes that are each one window.
        private bool Run<TReducer, TQuick, TFinish, TWhole, E, T, C>(Tensor x, Tensor y, long planes)
            where TReducer : struct, IReducer
            where TQuick : struct, IReducer
            where TFinish : struct, IWindowFinish
            where TWhole : struct, IReducer
            where E : struct, IElement<T, C>
            where T : unmanaged
            where C : unmanaged, INumber<C>, IMinMaxValue<C>
        {
            if (grid.IsWhole)
            {
                using var sums = new AlignedScratch<C>(typeof(T) == typeof(C) ? 0 : (nint)planes);
                C* to = typeof(T) == typeof(C) ? (C*)y.Data : sums.Pointer;
                ReductionLoop.Run<TWhole, E, T, C>((T*)x.Data, to, ReductionShape.Create([planes, grid.InputCount], [false, true]), context.Threads);
                TWhole.Finish(to, (nint)planes, grid.InputCount);
                if (typeof(T) != typeof(C))
                {
                    E.Store(to, (T*)y.Data, checked((int)planes));
                }

                return true;
            }

            if (!PlaneWindows<TReducer, TQuick, TFinish, C>.Fits(in grid))
            {
                return false;
            }

            if (typeof(T) == typeof(C))
            {
                PlaneWindows<TReducer, TQuick, TFinish, C>.Run(in grid, countPads, (C*)x.Data, (C*)y.Data, planes, context.Threads);
                return true;
            }

            var block = new WidenedAction<TReducer, TQuick, TFinish, E, T, C>((T*)x.Data, (T*)y.Data, planes, Blocks(planes, out int threads), grid, countPads);
            WorkerPool.Run(block.Blocks, ref block, threads);
            return true;
        }

        private int Blocks(long planes, out int threads)
        {
            threads = context.Input(0).Count >= ParallelElements ? context.Threads : 1;
            return (int)Math.Min(planes, threads > 1 ? WorkerPool.BlocksPerThread * threads : 1);
        }
    }

    private readonly struct PlaneAction<E, T, C>(KernelContext context, T* x, T* y, long count, int blocks, TPooling pooling, WindowGrid grid) : IBlockAction
        where E : struct, IElement<T, C>
        where T : unmanaged
        where C : unmanaged, INumber<C>, IMinMaxValue<C>
    {
        public int Blocks => blocks;

        public void Invoke(int block)
        {
            for (long i = count * block / blocks; i < count * (block + 1) / blocks; i++)
            {
                PoolLoop.Plane<TPooling, E, T, C>(context, in grid, pooling, x + (i * grid.InputCount), y + (i * grid.OutputCount));
            }
        }
    }

    private readonly struct IndexAction<E, T, C>(T* x, T* y, long* indices, long count, int blocks, WindowGrid grid, bool columnMajor) : IBlockAction
        where E : struct, IElement<T, C>
        where T : unmanaged
        where C : unmanaged, INumber<C>, IMinMaxValue<C>
    {
        public int Blocks => blocks;

        public void Invoke(int block)
        {
            for (long i = count * block / blocks; i < count * (block + 1) / blocks; i++)
            {
                PoolLoop.Indices<E, T, C>(
                    in grid, x + (i * grid.InputCount), y + (i * grid.OutputCount), indices + (i * grid.OutputCount), i * grid.InputCount, columnMajor);
            }
        }
    }

    private readonly struct WidenedAction<TReducer, TQuick, TFinish, E, T, C>(T* x, T* y, long count, int blocks, WindowGrid grid, bool countPads) : IBlockAction
        where TReducer : struct, IReducer
        where TQuick : struct, IReducer
        where TFinish : struct, IWindowFinish
        where E : struct, IElement<T, C>
        where T : unmanaged
        where C : unmanaged, INumber<C>, IMinMaxValue<C>
    {
        public int Blocks => blocks;

        public void Invoke(int block)
        {
            using var plane = new AlignedScratch<C>((nint)grid.InputCount);
            using var windows = new AlignedScratch<C>((nint)grid.OutputCount);
            for (long i = count * block / blocks; i < count * (block + 1) / blocks; i++)
            {
                E.Load(x + (i * grid.InputCount), plane.Pointer, checked((int)grid.InputCount));
                PlaneWindows<TReducer, TQuick, TFinish, C>.Run(in grid, countPads, plane.Pointer, windows.Pointer, 1, 1);
                E.Store(windows.Pointer, y + (i * grid.OutputCount), checked((int)grid.OutputCount));
            }
        }
    }
}
