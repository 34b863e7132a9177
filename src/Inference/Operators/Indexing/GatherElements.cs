using System.Runtime.CompilerServices;
using Inference.Kernels.Threading;
using Inference.Operators.Movement;
using Inference.Operators.Typed;

namespace Inference.Operators.Indexing;

/// <summary>y[i…] = x[i… with indices[i…] in place of i_axis]. Source: ONNX GatherElements, opsets 11 to 13.</summary>
internal sealed class GatherElements(Node node) : Operator
{
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
            int axis = Shapes.Axis(op._axis, source.Rank);
            var walk = new AxisIndex(source.Dims, indices.Dims, axis);
            ref T from = ref Elements.Ref<T>(source);
            ref T to = ref Elements.Ref<T>(target);
            var work = default(WorkCounter);
            long next = 0;
            Span<long> index = stackalloc long[source.Rank];
            index.Clear();
            do
            {
                for (long i = 0; i < walk.Inner; i++, next++)
                {
                    work.Add(8);
                    Unsafe.Add(ref to, (nint)next) = Unsafe.Add(ref from, (nint)walk.At(context, indices, next, i));
                }
            }
            while (walk.Next(indices.Dims, index));
        }
    }
}
