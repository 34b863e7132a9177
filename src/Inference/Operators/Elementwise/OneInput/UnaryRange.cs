using System.Numerics;
using System.Runtime.CompilerServices;
using Inference.Operators.Typed;

namespace Inference.Operators.Elementwise.OneInput;

/// <summary>y = f(x) over dense elements, each type calculated as <see cref="IElement{T, C}"/> says; y may be x.</summary>
internal readonly unsafe struct UnaryRange<TFunction, E, T, C>(TFunction f, T* x, T* y) : IRangeBody
    where TFunction : struct, IVectorFunction<C>
    where E : struct, IElement<T, C>
    where T : unmanaged
    where C : unmanaged
{
    private const int Block = 1024;

    public void Run(long first, long count)
    {
        if (typeof(T) == typeof(C))
        {
            Run(f, (C*)x + first, (C*)y + first, count);
        }
        else
        {
            Converted(first, count);
        }
    }

    [SkipLocalsInit]
    private void Converted(long first, long count)
    {
        C* block = stackalloc C[Block];
        for (long i = first; i < first + count; i += Block)
        {
            int length = (int)Math.Min(Block, first + count - i);
            E.Load(x + i, block, length);
            Run(f, block, block, length);
            E.Store(block, y + i, length);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Run(TFunction f, C* x, C* y, long count)
    {
        long end = count - Vector<C>.Count;
        if (TFunction.HasVector && end >= 0)
        {
            // The last vector overlaps the one before it, so it is made before y (which may be x) is written.
            Vector<C> last = f.Apply(Vector.Load(x + end));
            for (long i = 0; i < end; i += Vector<C>.Count)
            {
                f.Apply(Vector.Load(x + i)).Store(y + i);
            }

            last.Store(y + end);
            return;
        }

        if (TFunction.HasVector && count > 0)
        {
            // As in a vector of more: what an element gives does not depend on how a job is cut.
            C* padded = stackalloc C[Vector<C>.Count];
            new Span<C>(padded, Vector<C>.Count).Fill(*x);
            new ReadOnlySpan<C>(x, (int)count).CopyTo(new Span<C>(padded, Vector<C>.Count));
            f.Apply(Vector.Load(padded)).Store(padded);
            new ReadOnlySpan<C>(padded, (int)count).CopyTo(new Span<C>(y, (int)count));
            return;
        }

        for (long i = 0; i < count; i++)
        {
            y[i] = f.Apply(x[i]);
        }
    }
}
