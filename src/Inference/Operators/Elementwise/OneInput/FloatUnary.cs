using System.Numerics;
using System.Runtime.CompilerServices;
using Inference.Operators.Typed;

namespace Inference.Operators.Elementwise.OneInput;

/// <summary>y = f(x) for floating-point elements; float16 and bfloat16 in float, rounded once.</summary>
internal sealed unsafe class FloatUnary<TFunction>(float alpha, float beta) : UnaryOperator(TypeSet.Floating)
    where TFunction : struct, IFloatFunction
{
    public override void Run(KernelContext context)
    {
        Tensor x = context.Input(0);
        var action = new Action(context, x, context.Output(0), alpha, beta);
        if (!Dispatch.Floating(x.Type, ref action))
        {
            throw context.Error($"input 0: expected a floating-point tensor, got {x.Type.Name()}.");
        }
    }

    private readonly struct Action(KernelContext context, Tensor x, Tensor y, float alpha, float beta) : IFloatAction
    {
        public void Invoke<E, T, C>()
            where E : struct, IElement<T, C>
            where T : unmanaged
            where C : unmanaged, IFloatingPointIeee754<C>, IMinMaxValue<C>
        {
            if (typeof(C) == typeof(float) && TFunction.Single is { } single)
            {
                var kernel = new SingleRange<E, T, C>(single, (T*)x.Data, (T*)y.Data, alpha, beta);
                ElementRanges.Run(ref kernel, x.Count, SingleCost, context.Threads);
                return;
            }

            var body = new UnaryRange<Elements<C>, E, T, C>(new(C.CreateTruncating(alpha), C.CreateTruncating(beta)), (T*)x.Data, (T*)y.Data);
            ElementRanges.Run(ref body, x.Count, typeof(C) == typeof(double) && TFunction.HasWide ? 4 : ScalarCost, context.Threads);
        }
    }

    private readonly struct Elements<C>(C alpha, C beta) : IVectorFunction<C>
        where C : unmanaged, IFloatingPointIeee754<C>
    {
        public static bool HasVector => typeof(C) == typeof(double) && TFunction.HasWide;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public C Apply(C x) => TFunction.Apply(x, alpha, beta);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector<C> Apply(Vector<C> x) =>
            TFunction.Wide(x.As<C, double>(), new Vector<C>(alpha).As<C, double>(), new Vector<C>(beta).As<C, double>()).As<double, C>();
    }
}
