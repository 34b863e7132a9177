using System.Numerics;
using System.Runtime.InteropServices;
using Inference.Graph;
using Inference.Operators.Typed;

namespace Inference.Operators.Elementwise;

/// <summary>y = f(x) for floating-point elements; float16 and bfloat16 in float, rounded once.</summary>
internal sealed class FloatUnary<TFunction>(TFunction function) : UnaryOperator(TypeSet.Floating)
    where TFunction : struct, IFloatFunction<TFunction>
{
    public override void Run(KernelContext context)
    {
        Tensor x = context.Input(0);
        var action = new Action(context, x, context.Output(0), function);
        if (!Dispatch.Floating(x.Type, ref action))
        {
            throw context.Error($"input 0: expected a floating-point tensor, got {x.Type.Name()}.");
        }
    }

    private readonly struct Action(KernelContext context, Tensor x, Tensor y, TFunction function) : IFloatAction
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
            TFunction f = function;
            if (typeof(T) == typeof(float) && TFunction.TrySpan(in f, MemoryMarshal.Cast<T, float>(source), MemoryMarshal.Cast<T, float>(target)))
            {
                return;
            }

            for (int i = 0; i < source.Length; i++)
            {
                target[i] = E.Store(f.Apply(E.Load(source[i])));
            }
        }
    }
}
