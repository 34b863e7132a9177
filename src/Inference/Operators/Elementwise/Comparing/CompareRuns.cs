using System.Numerics;
using System.Runtime.CompilerServices;
using Inference.Operators.Typed;

namespace Inference.Operators.Elementwise.Comparing;

/// <summary>y = a R b over the runs of a broadcast: an operand is dense within a run, or one value.</summary>
internal readonly unsafe struct CompareRuns<TRelation, E, T, C>(byte* y) : IRunBody
    where TRelation : struct, IComparison
    where E : struct, IElement<T, C>
    where T : unmanaged
    where C : unmanaged, INumber<C>
{
    private const int Block = 512;

    public void Run(in RunOperands run, long at, long count)
    {
        if (typeof(T) == typeof(C))
        {
            CompareRun.Run<TRelation, C>(run.Data<C>(0), run.Stride(0), run.Data<C>(1), run.Stride(1), y + at, count);
        }
        else
        {
            Converted(run.Data<T>(0), run.Stride(0), run.Data<T>(1), run.Stride(1), y + at, count);
        }
    }

    // Blocks of the operands in the type they are compared in.
    [SkipLocalsInit]
    private static void Converted(T* a, long strideA, T* b, long strideB, byte* to, long count)
    {
        C* left = stackalloc C[Block];
        C* right = stackalloc C[Block];
        for (long i = 0; i < count; i += Block)
        {
            int length = (int)Math.Min(Block, count - i);
            E.Load(a + (i * strideA), left, strideA != 0 ? length : 1);
            E.Load(b + (i * strideB), right, strideB != 0 ? length : 1);
            CompareRun.Run<TRelation, C>(left, strideA, right, strideB, to + i, length);
        }
    }
}
