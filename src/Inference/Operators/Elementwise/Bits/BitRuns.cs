using System.Numerics;
using System.Runtime.CompilerServices;
using Inference.Operators.Typed;

namespace Inference.Operators.Elementwise.Bits;

/// <summary>y = f(a, b) over the runs of a broadcast: an operand is dense within a run, or one value.</summary>
internal readonly unsafe struct BitRuns<TFunction, T>(T* y) : IRunBody
    where TFunction : struct, IBitFunction
    where T : unmanaged, IBinaryInteger<T>
{
    public void Run(in RunOperands run, long at, long count) => Run(run.Data<T>(0), run.Stride(0), run.Data<T>(1), run.Stride(1), y + at, count);

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Run(T* a, long strideA, T* b, long strideB, T* y, long count)
    {
        long i = 0;
        for (long last = count - Vector<T>.Count; i <= last; i += Vector<T>.Count)
        {
            Vector<T> x = strideA == 0 ? new Vector<T>(*a) : Vector.Load(a + i);
            Vector<T> z = strideB == 0 ? new Vector<T>(*b) : Vector.Load(b + i);
            TFunction.Vector(x, z).Store(y + i);
        }

        for (; i < count; i++)
        {
            y[i] = TFunction.Apply(a[i * strideA], b[i * strideB]);
        }
    }
}
