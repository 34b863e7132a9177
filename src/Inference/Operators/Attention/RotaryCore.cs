using System.Numerics;
using System.Runtime.Intrinsics;

namespace Inference.Operators.Attention;

/// <summary>
/// The rotation of pairs that rotary embeddings share: (x₁, x₂) → (cos·x₁ − sin·x₂, sin·x₁ + cos·x₂) on the first elements of a head; pairs are the two halves, or neighbours
/// where interleaved. The elements after them are copied.
/// </summary>
internal static unsafe class RotaryCore
{
    /// <summary>Rotates one head.</summary>
    /// <param name="x">[depth].</param>
    /// <param name="y">[depth]; may be <paramref name="x"/>.</param>
    /// <param name="cos">[rotated / 2].</param>
    /// <param name="sin">[rotated / 2].</param>
    /// <param name="rotated">How many elements are rotated, even, ≤ <paramref name="depth"/>.</param>
    /// <param name="depth">Elements of the head.</param>
    /// <param name="interleaved">Whether pairs are neighbours.</param>
    public static void Rotate<C>(C* x, C* y, C* cos, C* sin, long rotated, long depth, bool interleaved)
        where C : unmanaged, IFloatingPointIeee754<C>
    {
        long half = rotated / 2;
        long done = interleaved ? Neighbours(x, y, cos, sin, half) : Halves(x, y, cos, sin, half);
        for (long i = done; i < half; i++)
        {
            long first = interleaved ? 2 * i : i;
            long second = interleaved ? 2 * i + 1 : i + half;
            C a = x[first];
            C b = x[second];
            y[first] = cos[i] * a - sin[i] * b;
            y[second] = sin[i] * a + cos[i] * b;
        }

        if (x != y)
        {
            new ReadOnlySpan<C>(x + (2 * half), checked((int)(depth - (2 * half)))).CopyTo(new Span<C>(y + (2 * half), (int)(depth - (2 * half))));
        }
    }

    // Pairs of the two halves by vectors; returns how many pairs are done.
    private static long Halves<C>(C* x, C* y, C* cos, C* sin, long half)
        where C : unmanaged, IFloatingPointIeee754<C>
    {
        if (!Vector<C>.IsSupported)
        {
            return 0;
        }

        long i = 0;
        for (; i + Vector<C>.Count <= half; i += Vector<C>.Count)
        {
            Vector<C> a = Vector.Load(x + i);
            Vector<C> b = Vector.Load(x + half + i);
            Vector<C> c = Vector.Load(cos + i);
            Vector<C> s = Vector.Load(sin + i);
            ((c * a) - (s * b)).Store(y + i);
            ((s * a) + (c * b)).Store(y + half + i);
        }

        return i;
    }

    // Pairs of neighbours, two at a time; returns how many pairs are done.
    private static long Neighbours<C>(C* x, C* y, C* cos, C* sin, long half)
        where C : unmanaged, IFloatingPointIeee754<C>
    {
        if (typeof(C) != typeof(float))
        {
            return 0;
        }

        Vector128<float> sign = Vector128.Create(-1f, 1f, -1f, 1f);
        long i = 0;
        for (; i + 2 <= half; i += 2)
        {
            Vector128<float> pairs = Vector128.Load((float*)x + (2 * i));
            Vector128<float> c = Vector128.Shuffle(Vector64.Load((float*)cos + i).ToVector128Unsafe(), Vector128.Create(0, 0, 1, 1));
            Vector128<float> s = Vector128.Shuffle(Vector64.Load((float*)sin + i).ToVector128Unsafe(), Vector128.Create(0, 0, 1, 1));
            ((c * pairs) + (s * sign * Vector128.Shuffle(pairs, Vector128.Create(1, 0, 3, 2)))).Store((float*)y + (2 * i));
        }

        return i;
    }

    /// <summary>Rotates the heads of one position of one batch row.</summary>
    /// <param name="x">The first head of the position.</param>
    /// <param name="strideX">Elements between heads of <paramref name="x"/>.</param>
    /// <param name="y">The first head of the position in the output.</param>
    /// <param name="strideY">Elements between heads of <paramref name="y"/>.</param>
    /// <param name="heads">Heads.</param>
    /// <param name="cos">The position's row of the cache.</param>
    /// <param name="sin">The position's row of the cache.</param>
    /// <param name="rotated">How many elements are rotated, even, ≤ <paramref name="depth"/>.</param>
    /// <param name="depth">Elements of a head.</param>
    /// <param name="interleaved">Whether pairs are neighbours.</param>
    public static void RotateHeads<C>(C* x, long strideX, C* y, long strideY, long heads, C* cos, C* sin, long rotated, long depth, bool interleaved)
        where C : unmanaged, IFloatingPointIeee754<C>
    {
        for (long h = 0; h < heads; h++)
        {
            Rotate(x + h * strideX, y + h * strideY, cos, sin, rotated, depth, interleaved);
        }
    }
}
