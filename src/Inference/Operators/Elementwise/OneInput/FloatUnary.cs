using System.Numerics;
using System.Runtime.InteropServices;
using Inference.Kernels.Elementwise;
using Inference.Operators.Typed;

namespace Inference.Operators.Elementwise.OneInput;

/// <summary>y = f(x) for floating-point elements; float16 and bfloat16 in float, rounded once.</summary>
internal sealed class FloatUnary<TFunction>(float alpha, float beta) : UnaryOperator(TypeSet.Floating)
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
            ReadOnlySpan<T> source = x.Span<T>();
            Span<T> target = y.Span<T>();
            for (int start = 0; start < source.Length; start += Chunk)
            {
                context.ThrowIfCancelled();
                int length = Math.Min(Chunk, source.Length - start);
                Apply<E, T, C>(source.Slice(start, length), target.Slice(start, length));
            }
        }

        private void Apply<E, T, C>(ReadOnlySpan<T> source, Span<T> target)
            where E : struct, IElement<T, C>
            where T : unmanaged
            where C : unmanaged, IFloatingPointIeee754<C>, IMinMaxValue<C>
        {
            if (typeof(T) == typeof(float) && TFunction.Single is { } single)
            {
                Unary.Run(single, MemoryMarshal.Cast<T, float>(source), MemoryMarshal.Cast<T, float>(target), alpha, beta);
                return;
            }

            (C a, C b) = (C.CreateTruncating(alpha), C.CreateTruncating(beta));

            for (int i = 0; i < source.Length; i++)
            {
                target[i] = E.Store(TFunction.Apply(E.Load(source[i]), a, b));
            }
        }
    }
}
