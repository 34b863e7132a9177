using System.Numerics;
using Inference.Kernels.Threading;
using Inference.Operators.Movement;
using Inference.Operators.Typed;
using Inference.Operators.Views;

namespace Inference.Operators.Sorting;

/// <summary>
/// The k largest (or smallest) elements along an axis and where they stand, best first; of equal elements the first. NaN counts as the largest.
/// Source: ONNX TopK, opsets 1 to 24.
/// </summary>
internal sealed class TopK(Node node) : Operator
{
    // 2 elements a nanosecond.
    private const long ParallelElements = 2 * WorkerPool.SharedNanoseconds;
    private readonly long? _k = node.Opset < 10 ? node.Attributes.Int("k")
        : node.HasInput(1) ? null
        : throw new ModelLoadException($"{node.Describe()}: expected input 1 (K), but it is omitted.");
    private readonly long _axis = node.Attributes.Int("axis", -1);
    private readonly bool _largest = node.Attributes.Int("largest", 1) != 0;

    protected override void InferOutputs(InferContext context)
    {
        ElementType type = Shapes.RequireType(context, 0, TypeSet.Numeric);
        Dimension[]? shape = context.InputShape(0);
        if (shape is null)
        {
            context.SetOutput(0, type, null);
            context.SetOutput(1, ElementType.Int64, null);
            return;
        }

        int axis = Shapes.Axis(context, _axis, shape.Length);
        Dimension count = Dimension.Unknown;
        if ((_k ?? (context.InputConstant(1) is { Count: 1 } given ? Integers.At(given, 0) : null)) is { } k)
        {
            if (k < 0 || k > shape[axis].Size)
            {
                throw context.Error($"k: expected a number in [0, {shape[axis]}], the size of axis {axis}, got {k}.");
            }

            count = Dimension.Fixed(k);
        }
        else if (_k is null && context.InputShapeData(1) is { Length: 1 } data)
        {
            count = data[0];
        }

        var result = (Dimension[])shape.Clone();
        result[axis] = count;
        context.SetOutput(0, type, result);
        context.SetOutput(1, ElementType.Int64, result);
    }

    public override void Run(KernelContext context)
    {
        Tensor x = context.Input(0);
        var action = new Select { Op = this, Context = context, X = x, Values = context.HasOutput(0) ? context.Output(0) : null, Indices = context.HasOutput(1) ? context.Output(1) : null };
        Dispatch.Numeric(x.Type, ref action);
    }

    public override void PropagateBatch(BatchContext context)
    {
        int own = context.InputAxis(0);
        bool apart = own >= 0 && context.InputShape(0) is { } shape && Shapes.Axis(_axis, shape.Length) != own && context.InputAxis(1) == BatchContext.None;
        int result = !context.AnyBatch ? BatchContext.None : apart ? own : BatchContext.Mixed;
        context.SetOutputAxis(0, result);
        context.SetOutputAxis(1, result);
    }

    private unsafe struct Select : INumericAction
    {
        public TopK Op;
        public KernelContext Context;
        public Tensor X;
        public Tensor? Values;
        public Tensor? Indices;

        public readonly void Invoke<E, T, C>()
            where E : struct, IElement<T, C>
            where T : unmanaged
            where C : unmanaged, INumber<C>, IMinMaxValue<C>
        {
            int axis = Shapes.Axis(Op._axis, X.Rank);
            long size = X.Dims[axis];
            long inner = ShapeRules.Product(X.Dims, axis + 1, X.Rank);
            long outer = ShapeRules.Product(X.Dims, 0, axis);
            Tensor? shaped = Values ?? Indices;
            if (shaped is null || shaped.Count == 0)
            {
                return;
            }

            // A heap of more elements than a node can have positions for is of no use: half of them are parents.
            int k = shaped.Dims[axis] <= int.MaxValue / 2 ? (int)shaped.Dims[axis]
                : throw Context.Error($"k: expected at most {int.MaxValue / 2}, got {shaped.Dims[axis]}.");
            if (size > TopLines<E, T, C, int>.MaxSize)
            {
                RunHeap<E, T, C>(size, inner, outer, k);
            }
            else if (sizeof(C) < sizeof(int))
            {
                RunLines<WidenedElement<C>, C, int, int>((int)size, inner, outer, k);
            }
            else if (sizeof(C) == sizeof(int))
            {
                RunLines<E, T, C, int>((int)size, inner, outer, k);
            }
            else
            {
                RunLines<E, T, C, long>((int)size, inner, outer, k);
            }
        }

        private readonly void RunLines<E, T, C, K>(int size, long inner, long outer, int k)
            where E : struct, IElement<T, C>
            where T : unmanaged
            where C : unmanaged, INumber<C>
            where K : unmanaged, IBinaryInteger<K>, IMinMaxValue<K>, ISignedNumber<K>
        {
            var job = new TopLines<E, T, C, K>
            {
                X = (T*)X.Data, Values = Values is null ? null : (T*)Values.Data, Indices = Indices is null ? null : (long*)Indices.Data, Size = size, Count = k, Inner = inner, Largest = Op._largest,
            };
            bool shared = Context.Threads > 1 && X.Count >= ParallelElements;
            job.Tiles = (inner + job.Columns - 1) / job.Columns;
            job.Tasks = outer * job.Tiles;
            job.Blocks = (int)Math.Min(job.Tasks, shared ? (long)WorkerPool.BlocksPerThread * Context.Threads : 1);
            WorkerPool.Run(job.Blocks, ref job, shared ? Context.Threads : 1);
        }

        // Columns that lists of positions would be too long for.
        private readonly void RunHeap<E, T, C>(long size, long inner, long outer, int k)
            where E : struct, IElement<T, C>
            where T : unmanaged
            where C : unmanaged, INumber<C>, IMinMaxValue<C>
        {
            byte* scratch = Context.Scratch((long)k * (sizeof(C) + sizeof(long)));
            var heap = new TopHeap<C>((long*)scratch, (C*)((long*)scratch + k), k, Op._largest);

            // What an element costs where it goes all the way down the heap.
            int deep = 4 * (1 + BitOperations.Log2((uint)k));
            var work = default(WorkCounter);
            for (long o = 0; o < outer; o++)
            {
                Context.ThrowIfCancelled();
                for (long i = 0; i < inner; i++)
                {
                    T* line = (T*)X.Data + (o * size * inner) + i;
                    heap.Clear();
                    for (long p = 0; p < size; p++)
                    {
                        work.Add(deep);
                        heap.Offer(E.Load(line[p * inner]), p);
                    }

                    heap.Sort(ref work);
                    long at = (o * k * inner) + i;
                    for (int p = 0; p < k; p++, at += inner)
                    {
                        work.Add(2);
                        if (Values is not null)
                        {
                            ((T*)Values.Data)[at] = line[heap.Index(p) * inner];
                        }

                        if (Indices is not null)
                        {
                            ((long*)Indices.Data)[at] = heap.Index(p);
                        }
                    }
                }
            }
        }
    }
}
