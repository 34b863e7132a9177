using System.Numerics;
using System.Runtime.CompilerServices;
using Inference.Kernels.Threading;
using Inference.Operators.Movement;
using Inference.Operators.Typed;

namespace Inference.Operators.Indexing;

/// <summary>
/// y = x, then y[i… with indices[i…] in place of i_axis] ⊕= updates[i…], where ⊕ replaces, adds, multiplies, or takes the larger or smaller.
/// Source: ONNX ScatterElements, opsets 11 to 18, and Scatter, opsets 9 to 11.
/// </summary>
internal sealed class ScatterElements(Node node) : Operator
{
    private const int RunWork = 8;

    private readonly long _axis = node.Attributes.Int("axis", 0);
    private readonly ScatterReduction _reduction = ScatterReductions.Read(node);

    protected override void InferOutputs(InferContext context)
    {
        Shapes.RequireType(context, 1, TypeSet.Index);
        Shapes.RequireSameType(context, 0, 2);
        if (_reduction != ScatterReduction.None)
        {
            Shapes.RequireType(context, 0, TypeSet.Numeric | TypeSet.Bool);
        }

        Dimension[]? data = context.InputShape(0);
        if (data is not null)
        {
            int axis = Shapes.Axis(context, _axis, data.Length);
            AxisIndex.Check(context, data, context.InputShape(1), axis);
        }

        if (Shapes.Sizes(context.InputShape(1)) is { } indices && Shapes.Sizes(context.InputShape(2)) is { } updates && !indices.AsSpan().SequenceEqual(updates))
        {
            throw context.Error($"updates: expected the shape of indices, [{string.Join(",", indices)}], got [{string.Join(",", updates)}].");
        }

        context.SetOutput(0, context.InputType(0), data);
    }

    public override void Run(KernelContext context)
    {
        Tensor data = context.Input(0);
        Tensor indices = context.Input(1);
        Tensor updates = context.Input(2);
        Tensor y = context.Output(0);
        data.CopyTo(y);
        if (indices.Count == 0)
        {
            return;
        }

        if (_reduction == ScatterReduction.None)
        {
            Moves.Run(new Move(this, indices, updates), context, y, y);
            return;
        }

        var action = new Reduce { Op = this, Context = context, Y = y, Indices = indices, Updates = updates };
        if (y.Type == ElementType.Bool)
        {
            action.Invoke<DirectElement<byte>, byte, byte>();
        }
        else
        {
            Dispatch.Numeric(y.Type, ref action);
        }
    }

    public override bool CanOverwrite(int output, int input) => input == 0;

    private void Scatter<T, TUpdate>(KernelContext context, Tensor target, Tensor indices, Tensor updates)
        where TUpdate : struct, IScatter<T>
    {
        if (indices.Type == ElementType.Int32)
        {
            Scatter<T, TUpdate, int>(context, target, indices, updates);
        }
        else
        {
            Scatter<T, TUpdate, long>(context, target, indices, updates);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Scatter<T, TUpdate, TIndex>(KernelContext context, Tensor target, Tensor indices, Tensor updates)
        where TUpdate : struct, IScatter<T>
        where TIndex : unmanaged, IBinaryInteger<TIndex>
    {
        var walk = new AxisIndex(target.Dims, indices.Dims, Shapes.Axis(_axis, target.Rank));
        ref T from = ref Elements.Ref<T>(updates);
        ref T to = ref Elements.Ref<T>(target);
        ref TIndex picks = ref Elements.Ref<TIndex>(indices);
        var work = default(WorkCounter);
        for (long run = 0; run < walk.Runs; run++)
        {
            for (nint i = 0; i < walk.Inner;)
            {
                nint stop = LongLoop.Next(i, walk.Inner);
                work.Add(RunWork + stop - i);
                i = Place<T, TUpdate, TIndex>(ref from, ref picks, ref Unsafe.Add(ref to, walk.Offset), i, stop, walk.Size, walk.AxisStride, walk.Step);
                if (i < stop)
                {
                    throw walk.OutOfRange(context, indices, run * walk.Inner + i);
                }
            }

            from = ref Unsafe.Add(ref from, walk.Inner);
            picks = ref Unsafe.Add(ref picks, walk.Inner);
            walk.Next();
        }
    }

    // Returns where it ends: before the end at an index out of range.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static nint Place<T, TUpdate, TIndex>(ref T from, ref TIndex picks, ref T to, nint i, nint end, nint size, nint stride, nint step)
        where TUpdate : struct, IScatter<T>
        where TIndex : unmanaged, IBinaryInteger<TIndex>
    {
        for (; i < end; i++)
        {
            nuint position = AxisIndex.Position(Unsafe.Add(ref picks, i), size);
            if (position >= (nuint)size)
            {
                break;
            }

            ref T element = ref Unsafe.Add(ref to, (nint)position * stride + i * step);
            element = TUpdate.Apply(element, Unsafe.Add(ref from, i));
        }

        return i;
    }

    private readonly struct Move(ScatterElements op, Tensor indices, Tensor updates) : IMove
    {
        public void Run<T>(KernelContext context, Tensor source, Tensor target) =>
            op.Scatter<T, Scatters.Replace<T>>(context, target, indices, updates.Type.IsPacked() ? Packing.Unpack(context, updates) : updates);
    }

    private struct Reduce : INumericAction
    {
        public ScatterElements Op;
        public KernelContext Context;
        public Tensor Y;
        public Tensor Indices;
        public Tensor Updates;

        public readonly void Invoke<E, T, C>()
            where E : struct, IElement<T, C>
            where T : unmanaged
            where C : unmanaged, INumber<C>, IMinMaxValue<C>
        {
            switch (ScatterReductions.For(Op._reduction, Y.Type))
            {
                case ScatterReduction.Add:
                    Op.Scatter<T, Scatters.Add<E, T, C>>(Context, Y, Indices, Updates);
                    break;
                case ScatterReduction.Mul:
                    Op.Scatter<T, Scatters.Mul<E, T, C>>(Context, Y, Indices, Updates);
                    break;
                case ScatterReduction.Max:
                    Op.Scatter<T, Scatters.Max<E, T, C>>(Context, Y, Indices, Updates);
                    break;
                default:
                    Op.Scatter<T, Scatters.Min<E, T, C>>(Context, Y, Indices, Updates);
                    break;
            }
        }
    }
}
