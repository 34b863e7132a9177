using System.Numerics;
using System.Runtime.CompilerServices;
using Inference.Kernels.Threading;

namespace Inference.Operators.Contrib;

/// <summary>Exact sums of 8-bit numbers by vectors.</summary>
internal static unsafe class ByteSums
{
    // Vectors whose halves fit into 16 bits: 2 · 128 · 255 < 2^16.
    private const int Batch = 128;

    /// <summary>The sum of a row.</summary>
    /// <param name="x">The row.</param>
    /// <param name="count">Elements, 0 or more.</param>
    /// <param name="signed">Whether they are s8.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static long Row(byte* x, long count, bool signed)
    {
        // An s8 with its sign bit turned is 128 more, as u8.
        var turn = new Vector<byte>(signed ? (byte)128 : (byte)0);
        var work = default(WorkCounter);
        long sum = 0;
        long i = 0;
        while (i + Vector<byte>.Count <= count)
        {
            long end = Math.Min(count - Vector<byte>.Count, i + ((Batch - 1) * Vector<byte>.Count));
            Vector<ushort> part = default;
            work.Add(end - i);
            for (; i <= end; i += Vector<byte>.Count)
            {
                Vector.Widen(Vector.Load(x + i) ^ turn, out Vector<ushort> low, out Vector<ushort> high);
                part += low + high;
            }

            Vector.Widen(part, out Vector<uint> a, out Vector<uint> b);
            sum += Vector.Sum(a + b);
        }

        sum -= signed ? 128 * i : 0;
        for (; i < count; i++)
        {
            sum += signed ? (sbyte)x[i] : x[i];
        }

        return sum;
    }

    /// <summary>Adds rows of columns up: sums[c] = Σ x[r, c].</summary>
    /// <param name="x">[rows, columns].</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="sums">[columns].</param>
    /// <param name="signed">Whether elements are s8.</param>
    public static void Columns(byte* x, long rows, long columns, long* sums, bool signed)
    {
        new Span<long>(sums, checked((int)columns)).Clear();
        var work = default(WorkCounter);
        for (long r = 0; r < rows; r++, x += columns)
        {
            work.Add(columns);
            for (long c = 0; c < columns; c++)
            {
                sums[c] += signed ? (sbyte)x[c] : x[c];
            }
        }
    }
}
