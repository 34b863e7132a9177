using System.Numerics;
using System.Runtime.CompilerServices;
using Inference.Operators.Typed;

namespace Inference.Operators.Elementwise.Comparing;

/// <summary>y = a R b over the runs of a broadcast: an operand is dense within a run, or one value.</summary>
internal readonly unsafe struct CompareRuns<TRelation, E, T, C>(T* a, long strideA, T* b, long strideB, byte* y) : IRunBody
    where TRelation : struct, IComparison
    where E : struct, IElement<T, C>
    where T : unmanaged
    where C : unmanaged, INumber<C>
{
    private const int Block = 512;

    public void Run(ref readonly StridedLoop loop, long at, long count)
    {
        T* pa = a + loop.Offset(0);
        T* pb = b + loop.Offset(1);
        if (typeof(T) == typeof(C))
        {
            CompareRun.Run<TRelation, C>((C*)pa, strideA, (C*)pb, strideB, y + at, count);
        }
        else
        {
            Converted(pa, pb, y + at, count);
        }
    }

    // Blocks of the operands in the type they are compared in.
    [SkipLocalsInit]
    private void Converted(T* pa, T* pb, byte* to, long count)
    {
        C* left = stackalloc C[Block];
        C* right = stackalloc C[Block];
        for (long i = 0; i < count; i += Block)
        {
            int length = (int)Math.Min(Block, count - i);
            E.Load(pa + (i * strideA), left, strideA != 0 ? length : 1);
            E.Load(pb + (i * strideB), right, strideB != 0 ? length : 1);
            CompareRun.Run<TRelation, C>(left, strideA, right, strideB, to + i, length);
        }
    }
}
