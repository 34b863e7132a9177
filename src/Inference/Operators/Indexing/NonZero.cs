using System.Numerics;
using System.Runtime.CompilerServices;
using Inference.Kernels.Threading;
using Inference.Operators.Typed;
using Inference.Operators.Views;

namespace Inference.Operators.Indexing;

/// <summary>The indices of the elements other than 0 in row-major order, one a column: [rank, n]. Source: ONNX NonZero, opsets 9 to 13.</summary>
internal sealed class NonZero : Operator
{
    protected override void InferOutputs(InferContext context)
    {
        Dimension[]? shape = context.InputShape(0);
        context.SetOutput(0, ElementType.Int64, [shape is null ? Dimension.Unknown : Dimension.Fixed(shape.Length), shape is { Length: > 0 } && Shapes.Product(shape).Size == 0 ? Dimension.Fixed(0) : Dimension.Unknown]);
    }

    public override void Run(KernelContext context)
    {
        Tensor x = context.Input(0);
        if (x.Type == ElementType.String)
        {
            Strings(context, x);
            return;
        }

        var action = new Find { Context = context, X = x };
        if (x.Type == ElementType.Bool)
        {
            action.Invoke<DirectElement<byte>, byte, byte>();
        }
        else if (!Dispatch.Numeric(x.Type, ref action))
        {
            throw context.Error($"input 0: expected numbers, bool or strings, got {x.Type.Name()}.");
        }
    }

    private static void Strings(KernelContext context, Tensor x)
    {
        Tensor flags = context.Allocate(ElementType.UInt8, x.Dims);
        for (int i = 0; i < x.Count; i++)
        {
            flags.Span<byte>()[i] = x.Strings[i].Length > 0 ? (byte)1 : (byte)0;
        }

        new Find { Context = context, X = flags }.Invoke<DirectElement<byte>, byte, byte>();
        GC.KeepAlive(flags);
    }

    private struct Find : INumericAction
    {
        public KernelContext Context;
        public Tensor X;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly unsafe void Invoke<E, T, C>()
            where E : struct, IElement<T, C>
            where T : unmanaged
            where C : unmanaged, INumber<C>, IMinMaxValue<C>
        {
            T* x = (T*)X.Data;
            long count = Count<E, T, C>(x, X.Count);
            int rank = X.Rank;
            long* y = (long*)Context.Output(0, ElementType.Int64, [rank, count]).Data;
            if (rank == 0 || count == 0)
            {
                return;
            }

            // Row by row along the last axis; the other indices are those of the row.
            Span<long> index = stackalloc long[rank];
            index.Clear();
            long length = X.Dims[rank - 1];
            long* last = y + ((rank - 1) * count);
            long found = 0;
            var work = default(WorkCounter);
            for (long start = 0; start < X.Count && found < count; start += length)
            {
                long more = 0;
                for (long i = 0; i < length && found + more < count; i += LongLoop.Part)
                {
                    long part = Math.Min(LongLoop.Part, length - i);
                    work.Add((2 * rank) + part);
                    more += Row<E, T, C>(x + start + i, i, part, last + found + more, count - found - more);
                }

                for (int axis = 0; axis < rank - 1; axis++)
                {
                    new Span<long>(y + (axis * count) + found, (int)more).Fill(index[axis]);
                }

                found += more;
                for (int axis = rank - 2; axis >= 0 && ++index[axis] == X.Dims[axis]; axis--)
                {
                    index[axis] = 0;
                }
            }
        }

        private static unsafe long Count<E, T, C>(T* x, long length)
            where E : struct, IElement<T, C>
            where T : unmanaged
            where C : unmanaged, INumber<C>, IMinMaxValue<C>
        {
            long count = 0;
            var work = default(WorkCounter);
            for (long i = 0; i < length; i += LongLoop.Part)
            {
                long end = Math.Min(length, i + LongLoop.Part);
                work.Add(end - i);
                count += CountPart<E, T, C>(x + i, end - i);
            }

            return count;
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static unsafe long CountPart<E, T, C>(T* x, long length)
            where E : struct, IElement<T, C>
            where T : unmanaged
            where C : unmanaged, INumber<C>, IMinMaxValue<C>
        {
            if (typeof(T) == typeof(byte))
            {
                return length - new ReadOnlySpan<byte>(x, (int)length).Count((byte)0);
            }

            long zeros = 0;
            for (long i = 0; i < length; i++)
            {
                zeros += C.IsZero(E.Load(x[i])) ? 1 : 0;
            }

            return length - zeros;
        }

        // Each position is written over until one is kept, without a branch; stops at the last one.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static unsafe long Row<E, T, C>(T* x, long first, long length, long* y, long room)
            where E : struct, IElement<T, C>
            where T : unmanaged
            where C : unmanaged, INumber<C>, IMinMaxValue<C>
        {
            long found = 0;
            for (long i = 0; i < length && found < room; i++)
            {
                y[found] = first + i;
                found += C.IsZero(E.Load(x[i])) ? 0 : 1;
            }

            return found;
        }
    }
}
