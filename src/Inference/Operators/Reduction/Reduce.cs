using System.Numerics;
using System.Runtime.InteropServices;
using Inference.Kernels.Reductions;
using Inference.Kernels.Threading;
using Inference.Operators.Typed;

namespace Inference.Operators.Reduction;

/// <summary>
/// A fold over axes. The input is walked once in memory order; each element meets the accumulator of its output, so the innermost run either folds into one
/// accumulator or adds to a row of them. Bools (Max, Min from opset 20) fold as 0 and 1. Source: ONNX Reduce operators, opsets 1 to 20.
/// </summary>
internal sealed unsafe class Reduce<TReducer>(Node node, long axesInputSince, TypeSet allowed) : Operator
    where TReducer : struct, IReducer
{
    private readonly ReductionAxes _axes = new(node, axesInputSince);

    protected override void InferOutputs(InferContext context)
    {
        ElementType type = Shapes.RequireType(context, 0, allowed);
        context.SetOutput(0, type, _axes.OutputShape(context));
    }

    public override void PropagateBatch(BatchContext context) => _axes.PropagateBatch(context);

    public override void Run(KernelContext context)
    {
        Tensor x = context.Input(0);
        Span<bool> reduced = stackalloc bool[x.Rank];
        _axes.Mark(context, reduced);
        if (x.Type == ElementType.Float32 && TReducer.Kernel is { } kernel && ReductionLayout.IsOneBlock(x.Dims, reduced, out long before, out long length, out long after))
        {
            context.ThrowIfCancelled();
            RunKernel(kernel, (float*)x.Data, context.Output(0), before, length, after, context.Threads);
            return;
        }

        Span<long> strides = stackalloc long[x.Rank];
        _ = ReductionLayout.Strides(x.Dims, reduced, strides, out long groupSize);
        StridedLoop loop = StridedLoop.Over(x.Dims);
        loop.AddBroadcast(x.Dims, x.Dims);
        loop.AddStrides(x.Dims, strides);
        loop.Collapse();
        var action = new Action(context, x, context.Output(0), ref loop, groupSize);
        if (x.Type == ElementType.Bool)
        {
            action.Bools();
        }
        else if (!Dispatch.Numeric(x.Type, ref action))
        {
            throw context.Error($"input 0: expected a numeric tensor, got {x.Type.Name()}.");
        }
    }

    private static void RunKernel(ReductionKind kind, float* x, Tensor y, long outer, long length, long inner, int threads)
    {
        float* target = (float*)y.Data;
        Kernels.Reductions.Reduction.RunMiddle(kind, x, target, (nint)outer, (nint)length, (nint)inner, threads);
        var work = default(WorkCounter);
        for (long i = 0; i < y.Count; i++)
        {
            work.Add(1);
            target[i] = TReducer.Finish(target[i], length);
        }
    }

    private ref struct Action(KernelContext context, Tensor x, Tensor y, ref StridedLoop loop, long groupSize) : INumericAction
    {
        private readonly ref StridedLoop _loop = ref loop;

        public readonly void Bools()
        {
            bool start = TReducer.Start<byte>() != 0;
            y.Bytes.Fill(start ? (byte)1 : (byte)0);
            Fold<DirectElement<byte>, byte, byte>(y.Data);
        }

        public readonly void Invoke<E, T, C>()
            where E : struct, IElement<T, C>
            where T : unmanaged
            where C : unmanaged, INumber<C>, IMinMaxValue<C>
        {
            C* sums = typeof(T) == typeof(C) ? (C*)y.Data : (C*)context.Scratch(Math.Max(1, y.Count) * sizeof(C));
            ReductionLayout.Fill(sums, TReducer.Start<C>(), y.Count);
            Fold<E, T, C>(sums);
            T* target = (T*)y.Data;
            for (long i = 0; i < y.Count; i++)
            {
                target[i] = E.Store(TReducer.Finish(sums[i], groupSize));
            }
        }

        private readonly void Fold<E, T, C>(C* sums)
            where E : struct, IElement<T, C>
            where T : unmanaged
            where C : unmanaged, INumber<C>, IMinMaxValue<C>
        {
            T* source = (T*)x.Data;
            long stride = _loop.InnerStride(1);
            for (long outer = 0; outer < _loop.Outer; outer++)
            {
                long inner = _loop.Inner;
                C* sum = sums + _loop.Offset(1);
                if (stride == 0)
                {
                    *sum = FoldRun<E, T, C>(source, inner, *sum);
                }
                else if (stride != 1 || typeof(T) != typeof(float) || !TReducer.TryRow(new ReadOnlySpan<float>(source, checked((int)inner)), new Span<float>(sum, checked((int)inner))))
                {
                    for (long i = 0; i < inner; i++)
                    {
                        sum[i * stride] = TReducer.Step(sum[i * stride], E.Load(source[i]));
                    }
                }

                source += inner;
                _loop.Next();
            }
        }

        private static C FoldRun<E, T, C>(T* source, long count, C sum)
            where E : struct, IElement<T, C>
            where T : unmanaged
            where C : unmanaged, INumber<C>, IMinMaxValue<C>
        {
            if (typeof(T) == typeof(float))
            {
                float value = float.CreateTruncating(sum);
                if (TReducer.TryRun(new ReadOnlySpan<float>(source, checked((int)count)), ref value))
                {
                    return C.CreateTruncating(value);
                }
            }

            for (long i = 0; i < count; i++)
            {
                sum = TReducer.Step(sum, E.Load(source[i]));
            }

            return sum;
        }
    }
}
