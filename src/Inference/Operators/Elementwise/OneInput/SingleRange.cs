using System.Runtime.CompilerServices;
using Inference.Kernels.Elementwise;
using Inference.Operators.Typed;

namespace Inference.Operators.Elementwise.OneInput;

/// <summary>y = f(x) over dense elements by the f32 kernel of a function; float16 and bfloat16 in blocks, rounded once. y may be x. <typeparamref name="C"/> is float.</summary>
internal readonly unsafe struct SingleRange<E, T, C>(UnaryFunction function, T* x, T* y, float alpha, float beta) : IRangeBody
    where E : struct, IElement<T, C>
    where T : unmanaged
    where C : unmanaged
{
    private const int Block = 1024;

    public void Run(long first, long count)
    {
        if (typeof(T) == typeof(float))
        {
            Unary.Run(function, (float*)x + first, (float*)y + first, (nint)count, alpha, beta);
        }
        else
        {
            Converted(first, count);
        }
    }

    [SkipLocalsInit]
    private void Converted(long first, long count)
    {
        float* block = stackalloc float[Block];
        for (long i = first; i < first + count; i += Block)
        {
            int length = (int)Math.Min(Block, first + count - i);
            E.Load(x + i, (C*)block, length);
            Unary.Run(function, block, block, length, alpha, beta);
            E.Store((C*)block, y + i, length);
        }
    }
}
