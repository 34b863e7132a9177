using System.Numerics;
using System.Runtime.CompilerServices;
using Inference.Kernels.Threading;
using Inference.Operators.Movement;
using Inference.Operators.Typed;

namespace Inference.Operators.Indexing;

/// <summary>y[i…] = x[i… with indices[i…] in place of i_axis]. Source: ONNX GatherElements, opsets 11 to 13.</summary>
internal sealed class GatherElements(Node node) : Operator
{
    // A nanosecond for each element.
    private const long ParallelWork = WorkerPool.SharedNanoseconds;
    private const int RunWork = 8;

    private readonly long _axis = node.Attributes.Int("axis", 0);

    protected override void InferOutputs(InferContext context)
    {
        Shapes.RequireType(context, 1, TypeSet.Index);
        Dimension[]? indices = context.InputShape(1);
        if (context.InputShape(0) is { } data)
        {
            int axis = Shapes.Axis(context, _axis, data.Length);
            AxisIndex.Check(context, data, indices, axis);
        }

        context.SetOutput(0, context.InputType(0), indices);
    }

    public override void Run(KernelContext context) => Moves.Run(new Move(this, context.Input(1)), context, context.Input(0), context.Output(0));

    public override void PropagateBatch(BatchContext context)
    {
        int data = context.InputAxis(0);
        int indices = context.InputAxis(1);
        bool apart = data >= 0 && data == indices && context.InputShape(0) is { } shape && Shapes.Axis(_axis, shape.Length) != data;
        bool lookUp = data == BatchContext.None && indices >= 0 && context.InputShape(0) is { } table && Shapes.Axis(_axis, table.Length) == indices;
        bool none = data == BatchContext.None && indices == BatchContext.None;
        context.SetOutputAxis(0, none ? BatchContext.None : apart || lookUp ? indices : BatchContext.Mixed);
    }

    private readonly struct Move(GatherElements op, Tensor indices) : IMove
    {
        public void Run<T>(KernelContext context, Tensor source, Tensor target)
        {
            if (indices.Type == ElementType.Int32)
            {
                Run<T, int>(context, source, target);
            }
            else
            {
                Run<T, long>(context, source, target);
            }
        }

        private void Run<T, TIndex>(KernelContext context, Tensor source, Tensor target)
            where TIndex : unmanaged, IBinaryInteger<TIndex>
        {
            var runs = new Runs<T, TIndex>(context, new(source.Dims, indices.Dims, Shapes.Axis(op._axis, source.Rank)), source, indices, target);
            int blocks = target.Count >= ParallelWork ? (int)Math.Min(runs.Count, (long)WorkerPool.BlocksPerThread * context.Threads) : 1;
            runs.Blocks = blocks;
            WorkerPool.Run(blocks, ref runs, context.Threads);
        }
    }

    private struct Runs<T, TIndex>(KernelContext context, AxisIndex walk, Tensor source, Tensor indices, Tensor target) : IBlockAction
        where TIndex : unmanaged, IBinaryInteger<TIndex>
    {
        public int Blocks;

        public readonly long Count => walk.Runs;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Invoke(int block)
        {
            AxisIndex own = walk;
            long first = own.Runs * block / Blocks;
            long end = own.Runs * (block + 1) / Blocks;
            ref T from = ref Elements.Ref<T>(source);
            ref T to = ref Unsafe.Add(ref Elements.Ref<T>(target), (nint)first * own.Inner);
            ref TIndex picks = ref Unsafe.Add(ref Elements.Ref<TIndex>(indices), (nint)first * own.Inner);
            own.Start(first);
            long atOnce = Math.Max(1, AxisIndex.Part / Math.Max(1, own.Inner));
            var work = default(WorkCounter);
            for (long run = first; run < end;)
            {
                // Indices of some runs are looked at together.
                long stop = Math.Min(end, run + atOnce);
                bool positions = own.Inner <= AxisIndex.Part && AxisIndex.ArePositions(ref picks, (nint)(stop - run) * own.Inner, own.Size);
                for (; run < stop; run++)
                {
                    Run(context, in own, run, positions, ref from, ref picks, ref to, ref work);
                    to = ref Unsafe.Add(ref to, own.Inner);
                    picks = ref Unsafe.Add(ref picks, own.Inner);
                    own.Next();
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Run(KernelContext context, in AxisIndex own, long run, bool positions, ref T from, ref TIndex picks, ref T to, ref WorkCounter work)
        {
            for (nint i = 0; i < own.Inner;)
            {
                nint stop = nint.Min(i + AxisIndex.Part, own.Inner);
                work.Add(RunWork + stop - i);
                bool known = positions || AxisIndex.ArePositions(ref Unsafe.Add(ref picks, i), stop - i, own.Size);
                i = Pick(ref Unsafe.Add(ref from, own.Offset), ref picks, ref to, i, stop, known, own.Size, own.AxisStride, own.Step);
                if (i < stop)
                {
                    throw own.OutOfRange(context, indices, run * own.Inner + i);
                }
            }
        }

        // Returns where it ends: before the end at an index out of range.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static nint Pick(ref T from, ref TIndex picks, ref T to, nint i, nint end, bool positions, nint size, nint stride, nint step)
        {
            if (positions)
            {
                if (stride == 1)
                {
                    // The named axis is the innermost that is longer than 1.
                    for (; i <= end - 4; i += 4)
                    {
                        ref TIndex four = ref Unsafe.Add(ref picks, i);
                        T a = Unsafe.Add(ref from, nint.CreateTruncating(four));
                        T b = Unsafe.Add(ref from, nint.CreateTruncating(Unsafe.Add(ref four, 1)));
                        T c = Unsafe.Add(ref from, nint.CreateTruncating(Unsafe.Add(ref four, 2)));
                        T d = Unsafe.Add(ref from, nint.CreateTruncating(Unsafe.Add(ref four, 3)));
                        Unsafe.Add(ref to, i) = a;
                        Unsafe.Add(ref to, i + 1) = b;
                        Unsafe.Add(ref to, i + 2) = c;
                        Unsafe.Add(ref to, i + 3) = d;
                    }

                    for (; i < end; i++)
                    {
                        Unsafe.Add(ref to, i) = Unsafe.Add(ref from, nint.CreateTruncating(Unsafe.Add(ref picks, i)));
                    }
                }

                for (; i < end; i++)
                {
                    Unsafe.Add(ref to, i) = Unsafe.Add(ref from, nint.CreateTruncating(Unsafe.Add(ref picks, i)) * stride + i * step);
                }

                return end;
            }

            for (; i < end; i++)
            {
                nuint position = AxisIndex.Position(Unsafe.Add(ref picks, i), size);
                if (position >= (nuint)size)
                {
                    break;
                }

                Unsafe.Add(ref to, i) = Unsafe.Add(ref from, (nint)position * stride + i * step);
            }

            return i;
        }
    }
}
