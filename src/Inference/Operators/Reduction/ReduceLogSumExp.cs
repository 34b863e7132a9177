using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Inference.Kernels.Memory;
using Inference.Kernels.Threading;
using Inference.Operators.Typed;
using Tensor = Inference.Ir.Tensor;

namespace Inference.Operators.Reduction;

/// <summary>y = ln Σ eˣ = m + ln Σ e^(x − m) with m the largest x, in double. Source: ONNX ReduceLogSumExp, opsets 1 to 18.</summary>
internal sealed unsafe class ReduceLogSumExp(Node node) : Operator
{
    // Exponentials of a few microseconds.
    private const long ParallelElements = WorkerPool.SharedNanoseconds;

    // Elements that are calculated with at once, and the most columns of a task.
    private const int AtOnce = 1024;
    private readonly ReductionAxes _axes = new(node, 18);

    protected override void InferOutputs(InferContext context)
    {
        ElementType type = Shapes.RequireType(context, 0, TypeSet.Numeric);
        context.SetOutput(0, type, _axes.OutputShape(context));
    }

    public override void PropagateBatch(BatchContext context) => _axes.PropagateBatch(context);

    public override void Run(KernelContext context)
    {
        Tensor x = context.Input(0);
        Span<bool> reduced = stackalloc bool[x.Rank];
        _axes.Mark(context, reduced);
        var action = new Action(context, x, context.Output(0), reduced);
        if (!Dispatch.Numeric(x.Type, ref action))
        {
            throw context.Error($"input 0: expected a numeric tensor, got {x.Type.Name()}.");
        }
    }

    private readonly ref struct Action(KernelContext context, Tensor x, Tensor y, ReadOnlySpan<bool> reduced) : INumericAction
    {
        private readonly ReadOnlySpan<bool> _reduced = reduced;

        public void Invoke<E, T, C>()
            where E : struct, IElement<T, C>
            where T : unmanaged
            where C : unmanaged, INumber<C>, IMinMaxValue<C>
        {
            if (x.Count == 0)
            {
                ReductionLayout.Fill((T*)y.Data, E.Store(C.CreateSaturating(double.NegativeInfinity)), y.Count);
                return;
            }

            C* largest = (C*)context.Scratch(y.Count * sizeof(C));
            ReductionShape shape = ReductionShape.Create(x.Dims, _reduced);
            ReductionLoop.Run<Reducers.Max, E, T, C>((T*)x.Data, largest, in shape, context.Threads);
            long tiles = (shape.Inner + AtOnce - 1) / AtOnce;
            long tasks = shape.Units * tiles;
            bool shared = context.Threads > 1 && x.Count >= ParallelElements;
            int blocks = (int)Math.Min(tasks, shared ? (long)WorkerPool.BlocksPerThread * context.Threads : 1);
            var job = new Job<E, T, C> { X = (T*)x.Data, Y = (T*)y.Data, Largest = largest, Shape = shape, Tiles = tiles, Tasks = tasks, Blocks = blocks };
            WorkerPool.Run(blocks, ref job, shared ? context.Threads : 1);
        }
    }

    private struct Job<E, T, C> : IBlockAction
        where E : struct, IElement<T, C>
        where T : unmanaged
        where C : unmanaged, INumber<C>, IMinMaxValue<C>
    {
        private const int ExpWork = 2;
        private const int LogWork = 10;

        public T* X;
        public T* Y;
        public C* Largest;
        public ReductionShape Shape;
        public long Tiles;
        public long Tasks;
        public int Blocks;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Invoke(int block)
        {
            using var scratch = new AlignedScratch<double>(3 * AtOnce);
            ReductionShape shape = Shape;
            var work = default(WorkCounter);
            long end = EqualParts.Start(Tasks, block + 1, Blocks);
            for (long task = EqualParts.Start(Tasks, block, Blocks); task < end; task++)
            {
                (long unit, long tile) = Math.DivRem(task, Tiles);
                long column = tile * AtOnce;
                int columns = (int)Math.Min(AtOnce, shape.Inner - column);
                long at = (unit * shape.Inner) + column;
                var shifts = new Span<double>(scratch.Pointer, columns);
                var sums = new Span<double>(scratch.Pointer + AtOnce, columns);
                sums.Clear();
                for (int i = 0; i < columns; i++)
                {
                    double largest = double.CreateTruncating(Largest[at + i]);
                    shifts[i] = double.IsInfinity(largest) ? 0 : largest;
                }

                long offset = shape.UnitOffset(unit) + column;
                for (long r = 0; r < shape.Repeats; r++)
                {
                    Fold(X + offset, shape.Length, shape.Inner, shifts, sums, scratch.Pointer + (2 * AtOnce), ref work);
                    shape.NextRepeat(ref offset);
                }

                work.Add((long)LogWork * columns);
                for (int i = 0; i < columns; i++)
                {
                    Y[at + i] = E.Store(C.CreateSaturating(shifts[i] + Math.Log(sums[i])));
                }
            }
        }

        // sums[i] += Σ e^(x[r, i] − shifts[i]): as many whole rows at once as the buffer holds, or a part of one column.
        private static void Fold(T* x, long rows, long stride, ReadOnlySpan<double> shifts, Span<double> sums, double* buffer, ref WorkCounter work)
        {
            int columns = shifts.Length;
            int most = columns == stride ? AtOnce / columns : 1;
            for (long r = 0; r < rows; r += most)
            {
                int part = (int)Math.Min(most, rows - r);
                var e = new Span<double>(buffer, part * columns);
                work.Add((long)ExpWork * e.Length);
                Widen(x + (r * stride), e);
                if (columns == 1)
                {
                    TensorPrimitives.Subtract(e, shifts[0], e);
                    TensorPrimitives.Exp(e, e);
                    sums[0] += TensorPrimitives.Sum<double>(e);
                    continue;
                }

                for (int i = 0; i < part; i++)
                {
                    Span<double> row = e.Slice(i * columns, columns);
                    TensorPrimitives.Subtract(row, shifts, row);
                }

                TensorPrimitives.Exp(e, e);
                for (int i = 0; i < part; i++)
                {
                    TensorPrimitives.Add(sums, e.Slice(i * columns, columns), sums);
                }
            }
        }

        private static void Widen(T* x, Span<double> y)
        {
            if (typeof(T) == typeof(float))
            {
                TensorPrimitives.ConvertTruncating(new ReadOnlySpan<float>(x, y.Length), y);
                return;
            }

            for (int i = 0; i < y.Length; i++)
            {
                y[i] = double.CreateTruncating(E.Load(x[i]));
            }
        }
    }
}
