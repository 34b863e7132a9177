using System.Numerics;
using System.Runtime.CompilerServices;
using Inference.Operators.Typed;

namespace Inference.Operators.Elementwise.OneInput;

/// <summary>y = f(x) for elements of any numeric type; float16 and bfloat16 in float, rounded once.</summary>
internal sealed unsafe class NumericUnary<TFunction>(float alpha, float beta, TypeSet allowed) : UnaryOperator(allowed)
    where TFunction : struct, INumericFunction
{
    public override void Run(KernelContext context)
    {
        Tensor x = context.Input(0);
        var action = new Action(context, x, context.Output(0), alpha, beta);
        if (!Dispatch.Numeric(x.Type, ref action))
        {
            throw context.Error($"input 0: expected a numeric tensor, got {x.Type.Name()}.");
        }
    }

    private readonly struct Action(KernelContext context, Tensor x, Tensor y, float alpha, float beta) : INumericAction
    {
        public void Invoke<E, T, C>()
            where E : struct, IElement<T, C>
            where T : unmanaged
            where C : unmanaged, INumber<C>, IMinMaxValue<C>
        {
            if (typeof(C) == typeof(float) && TFunction.Single is { } single)
            {
                var kernel = new SingleRange<E, T, C>(single, (T*)x.Data, (T*)y.Data, alpha, beta);
                ElementRanges.Run(ref kernel, x.Count, SingleCost, context.Threads);
                return;
            }

            var body = new UnaryRange<Vectors<C>, E, T, C>(new(alpha, beta), (T*)x.Data, (T*)y.Data);
            ElementRanges.Run(ref body, x.Count, TFunction.HasVector<C>() ? 1 : ScalarCost, context.Threads);
        }
    }

    private readonly struct Vectors<C>(float alpha, float beta) : IVectorFunction<C>
        where C : unmanaged, INumber<C>
    {
        public static bool HasVector => TFunction.HasVector<C>();

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public C Apply(C x) => TFunction.Apply(x, alpha, beta);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector<C> Apply(Vector<C> x) => TFunction.Vector(x);
    }
}
