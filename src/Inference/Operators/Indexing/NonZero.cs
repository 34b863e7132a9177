using System.Numerics;
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

        public readonly unsafe void Invoke<E, T, C>()
            where E : struct, IElement<T, C>
            where T : unmanaged
            where C : unmanaged, INumber<C>, IMinMaxValue<C>
        {
            T* x = (T*)X.Data;
            long count = 0;
            var work = default(WorkCounter);
            for (long i = 0; i < X.Count; i++)
            {
                work.Add(1);
                count += C.IsZero(E.Load(x[i])) ? 0 : 1;
            }

            int rank = X.Rank;
            long* y = (long*)Context.Output(0, ElementType.Int64, [rank, count]).Data;
            Span<long> index = stackalloc long[rank];
            index.Clear();
            long found = 0;
            for (long i = 0; i < X.Count && rank > 0 && found < count; i++)
            {
                work.Add(2 * rank);
                if (!C.IsZero(E.Load(x[i])))
                {
                    for (int axis = 0; axis < rank; axis++)
                    {
                        y[(axis * count) + found] = index[axis];
                    }

                    found++;
                }

                for (int axis = rank - 1; axis >= 0 && ++index[axis] == X.Dims[axis]; axis--)
                {
                    index[axis] = 0;
                }
            }
        }
    }
}
