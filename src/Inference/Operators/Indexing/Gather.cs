using System.Runtime.CompilerServices;
using Inference.Kernels.Threading;
using Inference.Operators.Movement;
using Inference.Operators.Typed;

namespace Inference.Operators.Indexing;

/// <summary>y[a…, i…, b…] = x[a…, indices[i…], b…] along <c>axis</c>; negative indices count from the end. Source: ONNX Gather, opsets 1 to 13.</summary>
internal sealed class Gather(Node node) : Operator
{
    private readonly long _axis = node.Attributes.Int("axis", 0);

    protected override void InferOutputs(InferContext context)
    {
        Shapes.RequireType(context, 1, TypeSet.Index);
        ElementType type = context.InputType(0);
        if (context.InputShape(0) is not { } data || context.InputShape(1) is not { } indices)
        {
            if (context.InputShape(0) is { } known)
            {
                Shapes.Axis(context, _axis, known.Length);
            }

            context.SetOutput(0, type, null);
            return;
        }

        int axis = Shapes.Axis(context, _axis, data.Length);
        context.SetOutput(0, type, [.. data.AsSpan(0, axis), .. indices, .. data.AsSpan(axis + 1)]);
        if (data.Length == 1 && indices.Length <= 1 && context.InputShapeData(0) is { } values && Positions(context) is { } positions)
        {
            var picked = new Dimension[positions.Length];
            for (int i = 0; i < picked.Length; i++)
            {
                long position = positions[i] < 0 ? positions[i] + values.Length : positions[i];
                if (position < 0 || position >= values.Length)
                {
                    return;
                }

                picked[i] = values[position];
            }

            context.SetOutputShapeData(0, picked);
        }
    }

    public override void Run(KernelContext context) => Moves.Run(new Move(this, context.Input(1)), context, context.Input(0), context.Output(0));

    public override void PropagateBatch(BatchContext context)
    {
        int data = context.InputAxis(0);
        int indices = context.InputAxis(1);
        int result = BatchContext.Mixed;
        if (data == BatchContext.None && indices == BatchContext.None)
        {
            result = BatchContext.None;
        }
        else if (context.InputShape(0) is { } shape && context.InputShape(1) is { } positions)
        {
            int axis = Shapes.Axis(_axis, shape.Length);
            if (data == BatchContext.None && indices >= 0)
            {
                result = axis + indices;
            }
            else if (indices == BatchContext.None && data >= 0 && data != axis)
            {
                result = data < axis ? data : data - 1 + positions.Length;
            }
        }

        context.SetOutputAxis(0, result);
    }

    private static long[]? Positions(InferContext context) => context.InputConstant(1) is { Count: <= 64 } constant ? constant.ToInt64Array() : null;

    private readonly struct Move(Gather op, Tensor indices) : IMove
    {
        public void Run<T>(KernelContext context, Tensor source, Tensor target)
        {
            int axis = Shapes.Axis(op._axis, source.Rank);
            long size = source.Dims[axis];
            nint inner = (nint)ShapeRules.Product(source.Dims, axis + 1, source.Rank);
            long outer = ShapeRules.Product(source.Dims, 0, axis);
            long count = indices.Count;
            ref T from = ref Elements.Ref<T>(source);
            ref T to = ref Elements.Ref<T>(target);
            var work = default(WorkCounter);
            for (long o = 0; o < outer; o++)
            {
                for (long i = 0; i < count; i++)
                {
                    work.Add(4);
                    long position = Integers.At(indices, i);
                    position = position < 0 ? position + size : position;
                    if ((ulong)position >= (ulong)size)
                    {
                        throw context.Error($"indices: expected values in [{-size}, {size - 1}], got {Integers.At(indices, i)} at position {i}.");
                    }

                    ref T row = ref Unsafe.Add(ref from, (nint)position * inner);
                    if (inner == 1)
                    {
                        to = row;
                    }
                    else
                    {
                        StridedCopy.Block(ref row, ref to, inner);
                    }

                    to = ref Unsafe.Add(ref to, inner);
                }

                from = ref Unsafe.Add(ref from, (nint)size * inner);
            }
        }
    }
}
