using System.Numerics;
using Inference.Kernels.Threading;
using Inference.Operators.Movement;
using Inference.Operators.Typed;

namespace Inference.Operators.Filling;

/// <summary>y[i] = start + i·delta for i &lt; max(0, ⌈(limit − start)/delta⌉); delta may be left out in the second form and is 1 then. Sources: ONNX Range, opset 11 and newer; com.microsoft Range.</summary>
internal sealed class RangeOp : Operator
{
    protected override void InferOutputs(InferContext context)
    {
        ElementType type = Shapes.RequireType(context, 0, TypeSet.Numeric);
        Shapes.RequireSameType(context, 0, 1);
        Shapes.RequireSameType(context, 0, 2);
        if (context.InputConstant(0) is { Count: 1 } start && (context.HasInput(2) ? context.InputConstant(2) : One(start.Type)) is { Count: 1 } delta)
        {
            if (context.InputConstant(1) is { Count: 1 } limit)
            {
                var count = new CountAction { Start = start, Limit = limit, Delta = delta };
                Dispatch.Numeric(start.Type, ref count);
                if (count.Count < 0)
                {
                    throw context.Error("delta: expected a number other than 0, got 0.");
                }

                context.SetOutput(0, type, [Dimension.Fixed(count.Count)]);
                Propagate(context, type, count.Count, start, delta);
                return;
            }

            // 0, 1, … up to a dimension.
            if (type is ElementType.Int64 or ElementType.Int32 && Integers.At(start, 0) == 0 && Integers.At(delta, 0) == 1 && context.InputShapeData(1) is { Length: 1 } size)
            {
                context.SetOutput(0, type, size);
                return;
            }
        }

        context.SetOutput(0, type, [Dimension.Unknown]);
    }

    public override void Run(KernelContext context)
    {
        var action = new Fill { Y = context.Output(0), Start = context.Input(0), Delta = context.OptionalInput(2) ?? One(context.Input(0).Type) };
        Dispatch.Numeric(action.Y.Type, ref action);
    }

    private static Tensor One(ElementType type)
    {
        Tensor one = Tensor.Allocate(type, []);
        var action = new SetOne { Target = one };
        Dispatch.Numeric(type, ref action);
        return one;
    }

    private static void Propagate(InferContext context, ElementType type, long count, Tensor start, Tensor delta)
    {
        if (count <= ShapeMath.MaxComputedData && type is ElementType.Int64 or ElementType.Int32 && Integers.At(start, 0) >= 0 && Integers.At(delta, 0) > 0)
        {
            var data = new Dimension[count];
            for (int i = 0; i < data.Length; i++)
            {
                data[i] = Dimension.Fixed(Integers.At(start, 0) + (i * Integers.At(delta, 0)));
            }

            context.SetOutputShapeData(0, data);
        }
    }

    private struct SetOne : INumericAction
    {
        public Tensor Target;

        public readonly unsafe void Invoke<E, T, C>()
            where E : struct, IElement<T, C>
            where T : unmanaged
            where C : unmanaged, INumber<C>, IMinMaxValue<C> => *(T*)Target.Data = E.Store(C.One);
    }

    private struct CountAction : INumericAction
    {
        public Tensor Start;
        public Tensor Limit;
        public Tensor Delta;

        public long Count { get; private set; }

        public unsafe void Invoke<E, T, C>()
            where E : struct, IElement<T, C>
            where T : unmanaged
            where C : unmanaged, INumber<C>, IMinMaxValue<C>
        {
            C start = E.Load(*(T*)Start.Data);
            C limit = E.Load(*(T*)Limit.Data);
            C delta = E.Load(*(T*)Delta.Data);
            if (C.IsZero(delta))
            {
                Count = -1;
                return;
            }

            if (typeof(C) == typeof(float) || typeof(C) == typeof(double))
            {
                double count = Math.Ceiling((double.CreateChecked(limit) - double.CreateChecked(start)) / double.CreateChecked(delta));
                Count = count > 0 ? (long)Math.Min(count, long.MaxValue / 2) : 0;
            }
            else
            {
                // Differences of 64-bit numbers, which fit unsigned ones.
                bool rising = delta > C.Zero;
                (ulong from, ulong to) = rising ? (ulong.CreateTruncating(start), ulong.CreateTruncating(limit)) : (ulong.CreateTruncating(limit), ulong.CreateTruncating(start));
                ulong step = rising ? ulong.CreateTruncating(delta) : 0 - ulong.CreateTruncating(delta);
                Count = (rising ? start < limit : start > limit) ? (long)Math.Min(((to - from - 1) / step) + 1, long.MaxValue) : 0;
            }
        }
    }

    private struct Fill : INumericAction
    {
        public Tensor Y;
        public Tensor Start;
        public Tensor Delta;

        public readonly unsafe void Invoke<E, T, C>()
            where E : struct, IElement<T, C>
            where T : unmanaged
            where C : unmanaged, INumber<C>, IMinMaxValue<C>
        {
            C start = E.Load(*(T*)Start.Data);
            C delta = E.Load(*(T*)Delta.Data);
            T* y = (T*)Y.Data;
            var work = default(WorkCounter);
            for (long i = 0; i < Y.Count; i++)
            {
                work.Add(2);
                y[i] = E.Store(start + (C.CreateTruncating(i) * delta));
            }
        }
    }
}
