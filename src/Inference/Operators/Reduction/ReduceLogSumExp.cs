using System.Numerics;
using Inference.Kernels.Threading;
using Inference.Operators.Typed;

namespace Inference.Operators.Reduction;

/// <summary>y = ln Σ eˣ = m + ln Σ e^(x − m) with m the largest x, in double. Source: ONNX ReduceLogSumExp, opsets 1 to 18.</summary>
internal sealed unsafe class ReduceLogSumExp(Node node) : Operator
{
    private const int ExpWork = 10;
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
        Tensor y = context.Output(0);
        Span<bool> reduced = stackalloc bool[x.Rank];
        _axes.Mark(context, reduced);
        Span<long> strides = stackalloc long[x.Rank];
        _ = ReductionLayout.Strides(x.Dims, reduced, strides, out _);
        StridedLoop loop = StridedLoop.Over(x.Dims);
        loop.AddBroadcast(x.Dims, x.Dims);
        loop.AddStrides(x.Dims, strides);
        loop.Collapse();
        double* largest = (double*)context.Scratch(Math.Max(1, y.Count) * 2 * sizeof(double));
        double* sums = largest + y.Count;
        ReductionLayout.Fill(largest, double.NegativeInfinity, y.Count);
        ReductionLayout.Fill(sums, 0d, y.Count);
        StridedLoop second = loop;
        var action = new Action(x, y, largest, sums, ref loop, ref second);
        if (!Dispatch.Numeric(x.Type, ref action))
        {
            throw context.Error($"input 0: expected a numeric tensor, got {x.Type.Name()}.");
        }
    }

    private ref struct Action(Tensor x, Tensor y, double* largest, double* sums, ref StridedLoop first, ref StridedLoop second) : INumericAction
    {
        private readonly ref StridedLoop _first = ref first;
        private readonly ref StridedLoop _second = ref second;

        public readonly void Invoke<E, T, C>()
            where E : struct, IElement<T, C>
            where T : unmanaged
            where C : unmanaged, INumber<C>, IMinMaxValue<C>
        {
            T* source = (T*)x.Data;
            for (long outer = 0; outer < _first.Outer; outer++)
            {
                double* m = largest + _first.Offset(1);
                for (long i = 0; i < _first.Inner; i++)
                {
                    ref double cell = ref m[i * _first.InnerStride(1)];
                    cell = Math.Max(cell, double.CreateTruncating(E.Load(*source++)));
                }

                _first.Next();
            }

            var work = default(WorkCounter);
            source = (T*)x.Data;
            for (long outer = 0; outer < _second.Outer; outer++)
            {
                long start = _second.Offset(1);
                for (long i = 0; i < _second.Inner; i++)
                {
                    work.Add(ExpWork);
                    long at = start + i * _second.InnerStride(1);
                    double shift = double.IsInfinity(largest[at]) ? 0 : largest[at];
                    sums[at] += Math.Exp(double.CreateTruncating(E.Load(*source++)) - shift);
                }

                _second.Next();
            }

            T* target = (T*)y.Data;
            for (long i = 0; i < y.Count; i++)
            {
                work.Add(ExpWork);
                double shift = double.IsInfinity(largest[i]) ? 0 : largest[i];
                target[i] = E.Store(C.CreateSaturating(shift + Math.Log(sums[i])));
            }
        }
    }
}
