using System.Numerics;
using System.Runtime.CompilerServices;
using Inference.Kernels.Gathering;
using Inference.Kernels.Threading;
using Inference.Operators.Movement;
using Inference.Operators.Typed;

namespace Inference.Operators.Indexing;

/// <summary>y[a…, i…, b…] = x[a…, indices[i…], b…] along <c>axis</c>; negative indices count from the end. Source: ONNX Gather, opsets 1 to 13.</summary>
internal sealed unsafe class Gather(Node node) : Operator
{
    // The kernel takes a span of them, and looks at the clock itself; 8 MB where they are copied.
    /// <summary>Indices of a call of the kernel.</summary>
    public const long MaxIndices = 1 << 20;

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

    public override void Run(KernelContext context)
    {
        Tensor data = context.Input(0);
        Tensor indices = context.Input(1);
        Tensor y = context.Output(0);
        if (data.Type.BitWidth() < 8)
        {
            Moves.Run(new Move(this, indices), context, data, y);
        }
        else if (y.Count > 0 && indices.Type == ElementType.Int32)
        {
            RunRows<int>(context, data, indices, y);
        }
        else if (y.Count > 0)
        {
            RunRows<long>(context, data, indices, y);
        }
    }

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

    private void RunRows<TIndex>(KernelContext context, Tensor data, Tensor indices, Tensor y)
        where TIndex : unmanaged, IBinaryInteger<TIndex>
    {
        int axis = Shapes.Axis(_axis, data.Rank);
        long size = data.Dims[axis];
        long rowBytes = ShapeRules.Product(data.Dims, axis + 1, data.Rank) * data.Type.BitWidth() / 8;
        long outer = ShapeRules.Product(data.Dims, 0, axis);
        var run = new GatherRun<TIndex> { Tables = data.Data, Indices = (TIndex*)indices.Data, Y = y.Data, Size = size, RowBytes = rowBytes, Count = indices.Count };
        if (run.Run(outer, context.Threads) is >= 0 and var wrong)
        {
            throw OutOfRange(context, size, indices, wrong);
        }
    }

    private static InferenceException OutOfRange(KernelContext context, long size, Tensor indices, long at) =>
        context.Error($"indices: expected values in [{-size}, {size - 1}], got {Integers.At(indices, at)} at position {at}.");

    private static long[]? Positions(InferContext context) => context.InputConstant(1) is { Count: <= ShapeMath.MaxComputedData } constant ? constant.ToInt64Array() : null;

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
                        throw OutOfRange(context, size, indices, i);
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
