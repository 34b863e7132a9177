using System.Runtime.CompilerServices;
using Inference.Kernels.Threading;
using Inference.Operators.Movement;
using Inference.Operators.Typed;

namespace Inference.Operators.Indexing;

/// <summary>y = off everywhere, on where the position along the new axis equals the index; indices outside [−depth, depth) give off alone. Source: ONNX OneHot, opsets 9 to 11.</summary>
internal sealed class OneHot(Node node) : Operator
{
    private readonly long _axis = node.Attributes.Int("axis", -1);

    protected override void InferOutputs(InferContext context)
    {
        if (context.InputShape(0) is not { } indices)
        {
            context.SetOutput(0, context.InputType(2), null);
            return;
        }

        int axis = Shapes.Axis(context, _axis, indices.Length + 1);
        Dimension depth = Dimension.Unknown;
        if (context.InputConstant(1) is { } constant)
        {
            if (Integers.At(constant, 0) < 0)
            {
                throw context.Error($"depth: expected a number ≥ 0, got {Integers.At(constant, 0)}.");
            }

            depth = Dimension.Fixed(Integers.At(constant, 0));
        }
        else if (context.InputShapeData(1) is { Length: 1 } data)
        {
            depth = data[0];
        }

        context.SetOutput(0, context.InputType(2), [.. indices.AsSpan(0, axis), depth, .. indices.AsSpan(axis)]);
    }

    public override void Run(KernelContext context) => Moves.Run(new Move(this, context.Input(0)), context, context.Input(2), context.Output(0));

    public override void PropagateBatch(BatchContext context)
    {
        int own = context.InputAxis(0);
        if (own >= 0)
        {
            own = context.InputShape(0) is { } shape && context.InputAxis(1) == BatchContext.None && context.InputAxis(2) == BatchContext.None
                ? own + (Shapes.Axis(_axis, shape.Length + 1) <= own ? 1 : 0)
                : BatchContext.Mixed;
        }
        else if (context.AnyBatch)
        {
            own = BatchContext.Mixed;
        }

        context.SetOutputAxis(0, own);
    }

    private readonly struct Move(OneHot op, Tensor indices) : IMove
    {
        public void Run<T>(KernelContext context, Tensor source, Tensor target)
        {
            int axis = Shapes.Axis(op._axis, target.Rank);
            long depth = target.Dims[axis];
            long inner = ShapeRules.Product(target.Dims, axis + 1, target.Rank);
            long outer = ShapeRules.Product(target.Dims, 0, axis);
            ref T y = ref Elements.Ref<T>(target);
            T on = Unsafe.Add(ref Elements.Ref<T>(source), 1);
            StridedCopy.Fill(ref y, Elements.Ref<T>(source), (nint)target.Count);
            var work = default(WorkCounter);
            for (long o = 0; o < outer; o++)
            {
                for (long i = 0; i < inner; i++)
                {
                    work.Add(6);
                    long index = Integers.At(indices, (o * inner) + i);
                    index = index < 0 ? index + depth : index;
                    if ((ulong)index < (ulong)depth)
                    {
                        Unsafe.Add(ref y, (nint)((((o * depth) + index) * inner) + i)) = on;
                    }
                }
            }
        }
    }
}
