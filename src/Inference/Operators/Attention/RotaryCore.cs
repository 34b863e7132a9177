using System.Numerics;

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
        for (long i = 0; i < half; i++)
        {
            long first = interleaved ? 2 * i : i;
            long second = interleaved ? 2 * i + 1 : i + half;
            C a = x[first];
            C b = x[second];
            y[first] = cos[i] * a - sin[i] * b;
            y[second] = sin[i] * a + cos[i] * b;
        }

        for (long i = 2 * half; i < depth; i++)
        {
            y[i] = x[i];
        }
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
