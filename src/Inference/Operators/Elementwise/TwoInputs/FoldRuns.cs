using System.Numerics;
using System.Runtime.CompilerServices;
using Inference.Operators.Typed;

namespace Inference.Operators.Elementwise.TwoInputs;

/// <summary>
/// One or two operands folded into an accumulator over the runs of a broadcast: s = x₀, s = f(x₀, x₁) or s = f(s, x); with the last one s is divided and rounded to the result, which is
/// the accumulator's memory where both are of one type.
/// </summary>
internal unsafe struct FoldRuns<TFunction, E, T, C> : IRunBody
    where TFunction : struct, IBinaryFunction<TFunction>
    where E : struct, IElement<T, C>
    where T : unmanaged
    where C : unmanaged, INumber<C>
{
    public C* Sum;

    /// <summary>Whether there is a second operand.</summary>
    public bool Two;

    /// <summary>Whether the accumulator holds nothing yet.</summary>
    public bool Starts;

    /// <summary>What the result is divided by; 1 for nothing.</summary>
    public C Divisor;

    /// <summary>The result, with the last operand; null before.</summary>
    public T* Result;

    [SkipLocalsInit]
    public readonly void Run(in RunOperands run, long at, long count)
    {
        T* first = run.Data<T>(0);
        T* second = run.Data<T>(1);
        long strideFirst = run.Stride(0);
        long strideSecond = run.Stride(1);
        C* left = stackalloc C[BinaryLoop.Block];
        C* right = stackalloc C[BinaryLoop.Block];
        for (long i = 0; i < count; i += BinaryLoop.Block)
        {
            int length = (int)Math.Min(BinaryLoop.Block, count - i);
            C* x = Load(first, strideFirst, i, length, left);
            C* sum = Sum + at + i;
            if (!Starts)
            {
                BinaryLoop.Run(default(TFunction), sum, 1, x, strideFirst, sum, length);
            }
            else if (Two)
            {
                BinaryLoop.Run(default(TFunction), x, strideFirst, Load(second, strideSecond, i, length, right), strideSecond, sum, length);
            }
            else if (strideFirst == 0)
            {
                new Span<C>(sum, length).Fill(*x);
            }
            else
            {
                new ReadOnlySpan<C>(x, length).CopyTo(new Span<C>(sum, length));
            }

            if (Result != null)
            {
                Finish(sum, at + i, length);
            }
        }
    }

    // The operand as it is calculated with: itself where it is of that type.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static C* Load(T* operand, long stride, long at, int length, C* block)
    {
        if (typeof(T) == typeof(C))
        {
            return (C*)(operand + (at * stride));
        }

        E.Load(operand + (at * stride), block, stride != 0 ? length : 1);
        return block;
    }

    private readonly void Finish(C* sum, long at, int length)
    {
        if (Divisor != C.One)
        {
            // The inverse of a power of two is exact.
            C divisor = Divisor;
            C inverse = C.One / divisor;
            if (double.IsPow2(double.CreateTruncating(divisor)))
            {
                BinaryLoop.Run(default(Arithmetic.Mul), sum, 1, &inverse, 0, sum, length);
            }
            else
            {
                BinaryLoop.Run(default(Arithmetic.Div), sum, 1, &divisor, 0, sum, length);
            }
        }

        if (typeof(T) != typeof(C))
        {
            E.Store(sum, Result + at, length);
        }
    }
}
