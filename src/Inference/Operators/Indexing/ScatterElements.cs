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

        var action = new Reduce { Op = this, Reduction = ScatterReductions.For(_reduction, y.Type), Context = context, Y = y, Indices = indices, Updates = updates };
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

    private readonly struct Move(ScatterElements op, Tensor indices, Tensor updates) : IMove
    {
        public void Run<T>(KernelContext context, Tensor source, Tensor target)
        {
            Tensor values = updates.Type.IsPacked() ? Packing.Unpack(context, updates) : updates;
            var walk = new AxisIndex(target.Dims, indices.Dims, Shapes.Axis(op._axis, target.Rank));
            ref T from = ref Elements.Ref<T>(values);
            ref T to = ref Elements.Ref<T>(target);
            Span<long> index = stackalloc long[target.Rank];
            index.Clear();
            var work = default(WorkCounter);
            long next = 0;
            do
            {
                for (long i = 0; i < walk.Inner; i++, next++)
                {
                    work.Add(8);
                    Unsafe.Add(ref to, (nint)walk.At(context, indices, next, i)) = Unsafe.Add(ref from, (nint)next);
                }
            }
            while (walk.Next(indices.Dims, index));
        }
    }

    private struct Reduce : INumericAction
    {
        public ScatterElements Op;
        public ScatterReduction Reduction;
        public KernelContext Context;
        public Tensor Y;
        public Tensor Indices;
        public Tensor Updates;

        public readonly unsafe void Invoke<E, T, C>()
            where E : struct, IElement<T, C>
            where T : unmanaged
            where C : unmanaged, INumber<C>, IMinMaxValue<C>
        {
            var walk = new AxisIndex(Y.Dims, Indices.Dims, Shapes.Axis(Op._axis, Y.Rank));
            T* to = (T*)Y.Data;
            T* from = (T*)Updates.Data;
            Span<long> index = stackalloc long[Y.Rank];
            index.Clear();
            var work = default(WorkCounter);
            long next = 0;
            do
            {
                for (long i = 0; i < walk.Inner; i++, next++)
                {
                    work.Add(8);
                    long at = walk.At(Context, Indices, next, i);
                    to[at] = E.Store(ScatterReductions.Apply(Reduction, E.Load(to[at]), E.Load(from[next])));
                }
            }
            while (walk.Next(Indices.Dims, index));
        }
    }
}
