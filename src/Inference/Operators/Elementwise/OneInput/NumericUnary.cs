using System.Numerics;
using System.Runtime.InteropServices;
using Inference.Kernels.Elementwise;
using Inference.Operators.Typed;

namespace Inference.Operators.Elementwise.OneInput;

/// <summary>y = f(x) for elements of any numeric type.</summary>
internal sealed class NumericUnary<TFunction>(float alpha, float beta, TypeSet allowed) : UnaryOperator(allowed)
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
            ReadOnlySpan<T> source = x.Span<T>();
            Span<T> target = y.Span<T>();
            for (int start = 0; start < source.Length; start += Chunk)
            {
                context.ThrowIfCancelled();
                int end = Math.Min(start + Chunk, source.Length);
                if (typeof(T) == typeof(float) && TFunction.Single is { } single)
                {
                    Unary.Run(single, MemoryMarshal.Cast<T, float>(source[start..end]), MemoryMarshal.Cast<T, float>(target[start..end]), alpha, beta);
                    continue;
                }

                for (int i = start; i < end; i++)
                {
                    target[i] = E.Store(TFunction.Apply(E.Load(source[i]), alpha, beta));
                }
            }
        }
    }
}
