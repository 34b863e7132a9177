using System.Numerics;
using Inference.Operators.Typed;

namespace Inference.Operators.Reduction;

/// <summary>A fold over axes. Bools (Max, Min from opset 20) fold as 0 and 1. Source: ONNX Reduce operators, opsets 1 to 20.</summary>
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
        context.ThrowIfCancelled();
        var action = new Action(context, x, context.Output(0), reduced);
        if (x.Type == ElementType.Bool)
        {
            action.Bools();
        }
        else if (!Dispatch.Numeric(x.Type, ref action))
        {
            throw context.Error($"input 0: expected a numeric tensor, got {x.Type.Name()}.");
        }
    }

    private readonly ref struct Action(KernelContext context, Tensor x, Tensor y, ReadOnlySpan<bool> reduced) : INumericAction
    {
        private readonly ReadOnlySpan<bool> _reduced = reduced;

        public void Bools()
        {
            if (x.Count == 0)
            {
                y.Bytes.Fill(TReducer.Start<byte>() != 0 ? (byte)1 : (byte)0);
                return;
            }

            Invoke<DirectElement<byte>, byte, byte>();
        }

        public void Invoke<E, T, C>()
            where E : struct, IElement<T, C>
            where T : unmanaged
            where C : unmanaged, INumber<C>, IMinMaxValue<C>
        {
            C* sums = typeof(T) == typeof(C) ? (C*)y.Data : (C*)context.Scratch(Math.Max(1, y.Count) * sizeof(C));
            long size = 1;
            for (int i = 0; i < x.Rank; i++)
            {
                size *= _reduced[i] ? x.Dims[i] : 1;
            }

            if (x.Count == 0)
            {
                ReductionLayout.Fill(sums, TReducer.Start<C>(), y.Count);
            }
            else
            {
                ReductionLoop.Run<TReducer, E, T, C>((T*)x.Data, sums, ReductionShape.Create(x.Dims, _reduced), context.Threads);
            }

            TReducer.Finish(sums, (nint)y.Count, size);
            if (typeof(T) != typeof(C))
            {
                for (long i = 0; i < y.Count; i += int.MaxValue)
                {
                    E.Store(sums + i, (T*)y.Data + i, (int)Math.Min(int.MaxValue, y.Count - i));
                }
            }
        }
    }
}
