using System.Numerics;
using System.Runtime.CompilerServices;
using Inference.Operators.Elementwise.OneInput;
using Inference.Operators.Typed;

namespace Inference.Operators.Elementwise.Bits;

/// <summary>y = ~x on integers (BitwiseNot), y = !x on bools (Not).</summary>
internal sealed unsafe class BitNot(bool logical) : UnaryOperator(logical ? TypeSet.Bool : TypeSet.Integer)
{
    public override void Run(KernelContext context)
    {
        // Both flip the same bits of each byte.
        Tensor x = context.Input(0);
        var body = new Flip(x.Data, context.Output(0).Data, logical ? (byte)1 : byte.MaxValue);
        ElementRanges.Run(ref body, x.Type.ByteCount(x.Count), cost: 1, context.Threads);
    }

    private readonly struct Flip(byte* x, byte* y, byte bits) : IRangeBody
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public void Run(long first, long count)
        {
            var flipped = new Vector<byte>(bits);
            long i = first;
            long end = first + count;
            for (; i + Vector<byte>.Count <= end; i += Vector<byte>.Count)
            {
                (Vector.Load(x + i) ^ flipped).Store(y + i);
            }

            for (; i < end; i++)
            {
                y[i] = (byte)(x[i] ^ bits);
            }
        }
    }
}
