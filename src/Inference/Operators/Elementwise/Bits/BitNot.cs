using System.Numerics;
using Inference.Kernels.Threading;
using Inference.Operators.Elementwise.OneInput;
using Inference.Operators.Typed;

namespace Inference.Operators.Elementwise.Bits;

/// <summary>y = ~x on integers (BitwiseNot), y = !x on bools (Not).</summary>
internal sealed class BitNot(bool logical) : UnaryOperator(logical ? TypeSet.Bool : TypeSet.Integer)
{
    public override void Run(KernelContext context)
    {
        Tensor x = context.Input(0);
        Tensor y = context.Output(0);
        if (logical)
        {
            Span<byte> source = x.Bytes;
            Span<byte> target = y.Bytes;
            var work = default(WorkCounter);
            for (int i = 0; i < source.Length; i++)
            {
                work.Add(1);
                target[i] = (byte)(source[i] ^ 1);
            }

            return;
        }

        var action = new Action(x, y);
        Dispatch.Integer(x.Type, ref action);
    }

    private readonly struct Action(Tensor x, Tensor y) : IIntegerAction
    {
        public void Invoke<T>()
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
        {
            ReadOnlySpan<T> source = x.Span<T>();
            Span<T> target = y.Span<T>();
            var work = default(WorkCounter);
            for (int i = 0; i < source.Length; i++)
            {
                work.Add(1);
                target[i] = ~source[i];
            }
        }
    }
}
