using System.Numerics;
using System.Runtime.CompilerServices;
using Inference.Kernels.Threading;
using Inference.Operators.Filling;
using Inference.Operators.Movement;
using Inference.Operators.Typed;
using Inference.Operators.Views;

namespace Inference.Operators.Indexing;

/// <summary>y = x, then y[indices[i…, :], :] ⊕= updates[i…, :]. Source: ONNX ScatterND, opsets 11 to 18.</summary>
internal sealed class ScatterND(Node node) : Operator
{
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
        if (data is not null && context.InputShape(1) is { } indices)
        {
            Check(context, data, indices);
        }

        context.SetOutput(0, context.InputType(0), data);
    }

    public override void Run(KernelContext context)
    {
        Tensor indices = context.Input(1);
        Tensor updates = context.Input(2);
        Tensor y = context.Output(0);
        context.Input(0).CopyTo(y);
        if (indices.Count == 0 && (indices.Rank == 0 || indices.Dims[^1] != 0))
        {
            return;
        }

        if (_reduction == ScatterReduction.None)
        {
            Moves.Run(new Move(indices, updates), context, y, y);
            return;
        }

        var action = new Reduce { Reduction = ScatterReductions.For(_reduction, y.Type), Context = context, Y = y, Indices = indices, Updates = updates };
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

    public override void PropagateBatch(BatchContext context)
    {
        // Constant index tuples that are whole over the batch axis (spelt out as a grid) are not recognised: the safe answer stands.
        context.SetAllMixed();
    }

    private static void Check(InferContext context, Dimension[] data, Dimension[] indices)
    {
        if (indices.Length == 0 || indices[^1].Size > data.Length)
        {
            throw context.Error($"indices: expected tuples of at most {data.Length} numbers, got shape {ShapeRules.Format(indices)} for data {ShapeRules.Format(data)}.");
        }

        if (indices[^1].Size is { } tuple && Shapes.Sizes([.. indices.AsSpan(0, indices.Length - 1), .. data.AsSpan((int)tuple)]) is { } expected
            && Shapes.Sizes(context.InputShape(2)) is { } updates && !expected.AsSpan().SequenceEqual(updates))
        {
            throw context.Error($"updates: expected shape [{string.Join(",", expected)}], got [{string.Join(",", updates)}].");
        }
    }

    private static void Scatter<T, TUpdate>(KernelContext context, Tensor target, Tensor indices, Tensor updates)
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
    private static void Scatter<T, TUpdate, TIndex>(KernelContext context, Tensor target, Tensor indices, Tensor updates)
        where TUpdate : struct, IScatter<T>
        where TIndex : unmanaged, IBinaryInteger<TIndex>
    {
        int tuple = (int)indices.Dims[^1];
        Span<long> strides = stackalloc long[target.Rank];
        ShapeRules.Strides(target.Dims, strides);
        ReadOnlySpan<long> sizes = target.Dims[..tuple];
        ReadOnlySpan<long> steps = strides[..tuple];
        nint block = (nint)ShapeRules.Product(target.Dims, tuple, target.Rank);
        long count = ShapeRules.Product(indices.Dims, 0, indices.Rank - 1);
        ref T from = ref Elements.Ref<T>(updates);
        ref T to = ref Elements.Ref<T>(target);
        var work = default(WorkCounter);
        for (long i = 0; i < count; i++)
        {
            work.Add((4L * tuple) + 4 + Math.Min(block, LongLoop.Part));
            ref T slice = ref Unsafe.Add(ref to, IndexTuple.Offset<TIndex>(context, indices, i * tuple, sizes, steps));
            if (typeof(TUpdate) == typeof(Scatters.Replace<T>))
            {
                StridedCopy.Block(ref from, ref slice, block);
            }
            else
            {
                Update<T, TUpdate>(ref from, ref slice, block);
            }

            from = ref Unsafe.Add(ref from, block);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Update<T, TUpdate>(ref T from, ref T to, nint count)
        where TUpdate : struct, IScatter<T>
    {
        for (nint i = 0; i < count;)
        {
            nint stop = LongLoop.Next(i, count);
            if (TUpdate.HasVector)
            {
                for (; i <= stop - Vector<T>.Count; i += Vector<T>.Count)
                {
                    TUpdate.Apply(Vector.LoadUnsafe(ref to, (nuint)i), Vector.LoadUnsafe(ref from, (nuint)i)).StoreUnsafe(ref to, (nuint)i);
                }
            }

            for (; i < stop; i++)
            {
                Unsafe.Add(ref to, i) = TUpdate.Apply(Unsafe.Add(ref to, i), Unsafe.Add(ref from, i));
            }
        }
    }

    private readonly struct Move(Tensor indices, Tensor updates) : IMove
    {
        public void Run<T>(KernelContext context, Tensor source, Tensor target) =>
            Scatter<T, Scatters.Replace<T>>(context, target, indices, updates.Type.IsPacked() ? Packing.Unpack(context, updates) : updates);
    }

    private struct Reduce : INumericAction
    {
        public ScatterReduction Reduction;
        public KernelContext Context;
        public Tensor Y;
        public Tensor Indices;
        public Tensor Updates;

        public readonly void Invoke<E, T, C>()
            where E : struct, IElement<T, C>
            where T : unmanaged
            where C : unmanaged, INumber<C>, IMinMaxValue<C>
        {
            switch (Reduction)
            {
                case ScatterReduction.Add:
                    Scatter<T, Scatters.Add<E, T, C>>(Context, Y, Indices, Updates);
                    break;
                case ScatterReduction.Mul:
                    Scatter<T, Scatters.Mul<E, T, C>>(Context, Y, Indices, Updates);
                    break;
                case ScatterReduction.Max:
                    Scatter<T, Scatters.Max<E, T, C>>(Context, Y, Indices, Updates);
                    break;
                default:
                    Scatter<T, Scatters.Min<E, T, C>>(Context, Y, Indices, Updates);
                    break;
            }
        }
    }
}
