using System.Numerics;
using System.Runtime.CompilerServices;

namespace Inference.Operators.Pooling;

/// <summary>Looks for NaN.</summary>
internal static unsafe class WindowScan
{
    /// <summary>Whether one of <paramref name="count"/> floats or doubles is a NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool AnyNaN<C>(C* x, nint count)
        where C : unmanaged, INumber<C>
    {
        nint lanes = Vector<C>.Count;
        nint i = 0;
        if (count >= lanes)
        {
            Vector<C> equal = Vector<C>.AllBitsSet;
            for (; i <= count - (4 * lanes); i += 4 * lanes)
            {
                // A sum of any and a NaN is a NaN; of two infinities too, which makes the exact fold run in vain.
                Vector<C> a = Vector.Load(x + i) + Vector.Load(x + i + lanes);
                Vector<C> b = Vector.Load(x + i + (2 * lanes)) + Vector.Load(x + i + (3 * lanes));
                Vector<C> c = a + b;
                equal &= Vector.Equals(c, c);
            }

            for (; i <= count - lanes; i += lanes)
            {
                Vector<C> a = Vector.Load(x + i);
                equal &= Vector.Equals(a, a);
            }

            Vector<C> last = Vector.Load(x + count - lanes);
            return !Vector.EqualsAll((equal & Vector.Equals(last, last)).As<C, byte>(), Vector<byte>.AllBitsSet);
        }

        for (; i < count; i++)
        {
            if (C.IsNaN(x[i]))
            {
                return true;
            }
        }

        return false;
    }
}
