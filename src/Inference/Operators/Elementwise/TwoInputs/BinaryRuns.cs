using System.Numerics;
using System.Runtime.CompilerServices;
using Inference.Operators.Typed;

namespace Inference.Operators.Elementwise.TwoInputs;

/// <summary>y = f(a, b) over the runs of a broadcast: an operand is dense within a run, or one value.</summary>
internal readonly unsafe struct BinaryRuns<TFunction, E, T, C>(TFunction f, T* y) : IRunBody
    where TFunction : struct, IBinaryFunction<TFunction>
    where E : struct, IElement<T, C>
    where T : unmanaged
    where C : unmanaged, INumber<C>
{
    public void Run(in RunOperands run, long at, long count)
    {
        if (typeof(T) == typeof(C))
        {
            BinaryLoop.Run(f, run.Data<C>(0), run.Stride(0), run.Data<C>(1), run.Stride(1), (C*)(y + at), count);
        }
        else
        {
            Converted(run.Data<T>(0), run.Stride(0), run.Data<T>(1), run.Stride(1), y + at, count);
        }
    }

    // Blocks of the operands in the type they are calculated in.
    [SkipLocalsInit]
    private void Converted(T* a, long strideA, T* b, long strideB, T* to, long count)
    {
        C* left = stackalloc C[BinaryLoop.Block];
        C* right = stackalloc C[BinaryLoop.Block];
        for (long i = 0; i < count; i += BinaryLoop.Block)
        {
            int length = (int)Math.Min(BinaryLoop.Block, count - i);
            if (strideA != 0 || i == 0)
            {
                E.Load(a + (i * strideA), left, strideA != 0 ? length : 1);
            }

            if (strideB != 0 || i == 0)
            {
                E.Load(b + (i * strideB), right, strideB != 0 ? length : 1);
            }

            // The result takes the place of an operand that is read anew for each block.
            C* result = strideA != 0 ? left : right;
            BinaryLoop.Run(f, left, strideA, right, strideB, result, length);
            E.Store(result, to + i, length);
        }
    }
}
