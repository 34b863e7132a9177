using System.Numerics;
using System.Runtime.CompilerServices;

namespace Inference.Operators.Elementwise.TwoInputs;

/// <summary>y = f(a, b) over a run: operands are dense (stride 1) or one value (stride 0).</summary>
internal static unsafe class BinaryLoop
{
    /// <summary>Elements of a block on its way through another type, on the stack.</summary>
    public const int Block = 512;

    /// <summary>Runs f; y may be an operand that is dense.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Run<TFunction, C>(TFunction f, C* a, long strideA, C* b, long strideB, C* y, long count)
        where TFunction : struct, IBinaryFunction<TFunction>
        where C : unmanaged, INumber<C>
    {
        long end = count - Vector<C>.Count;
        if (TFunction.HasVector<C>() && end >= 0 && (strideA | strideB) != 0)
        {
            // The last vector overlaps the one before it, so it is made before y (which may be an operand) is written.
            if (strideA == 0)
            {
                var scalar = new Vector<C>(*a);
                Vector<C> last = TFunction.Vector(scalar, Vector.Load(b + end));
                for (long i = 0; i < end; i += Vector<C>.Count)
                {
                    TFunction.Vector(scalar, Vector.Load(b + i)).Store(y + i);
                }

                last.Store(y + end);
            }
            else if (strideB == 0)
            {
                var scalar = new Vector<C>(*b);
                Vector<C> last = TFunction.Vector(Vector.Load(a + end), scalar);
                for (long i = 0; i < end; i += Vector<C>.Count)
                {
                    TFunction.Vector(Vector.Load(a + i), scalar).Store(y + i);
                }

                last.Store(y + end);
            }
            else
            {
                Vector<C> last = TFunction.Vector(Vector.Load(a + end), Vector.Load(b + end));
                for (long i = 0; i < end; i += Vector<C>.Count)
                {
                    TFunction.Vector(Vector.Load(a + i), Vector.Load(b + i)).Store(y + i);
                }

                last.Store(y + end);
            }

            return;
        }

        for (long i = 0; i < count; i++)
        {
            y[i] = f.Apply(a[i * strideA], b[i * strideB]);
        }
    }
}
