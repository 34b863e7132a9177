using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Inference.Kernels.Quantized;

/// <summary>
/// Writes columns of a constant matrix of 8-bit integers into a panel, step by step: the next values of each column beside each other, then the next column. Values behind the last row are left as they are.
/// Unsigned values are stored less 128.
/// </summary>
internal static unsafe class QuantizedPacking
{
    private const uint Signs = 0x80808080;

    /// <summary>Packs steps of four bytes.</summary>
    /// <param name="b">The first value: B[k,j] is at k·<paramref name="rowStride"/> + j·<paramref name="columnStride"/>.</param>
    /// <param name="signed">Whether values are s8; else u8.</param>
    /// <param name="rowStride">Values between rows.</param>
    /// <param name="columnStride">Values between columns.</param>
    /// <param name="rows">K.</param>
    /// <param name="columns">Columns to pack.</param>
    /// <param name="to">The panel, of zeros.</param>
    /// <param name="width">Columns of the panel.</param>
    /// <param name="sums">Set to each column's sum of the stored values.</param>
    public static void Pack4(byte* b, bool signed, nint rowStride, nint columnStride, nint rows, int columns, byte* to, int width, int* sums)
    {
        uint flip = signed ? 0 : Signs;
        nint whole = rows / 4 * 4;
        int j = 0;
        for (; columnStride == 1 && j <= columns - 16; j += 16)
        {
            Vector128<int> s0 = default, s1 = default, s2 = default, s3 = default;
            for (nint k = 0; k < whole; k += 4)
            {
                byte* at = b + (k * rowStride) + j;
                Vector128<byte> r0 = Vector128.Load(at), r1 = Vector128.Load(at + rowStride), r2 = Vector128.Load(at + (2 * rowStride)), r3 = Vector128.Load(at + (3 * rowStride));
                (Vector128<ushort> a0, Vector128<ushort> a1) = Pairs(r0, r1);
                (Vector128<ushort> b0, Vector128<ushort> b1) = Pairs(r2, r3);
                uint* step = (uint*)to + (k / 4 * width) + j;
                s0 += Store(step, Vector128.WidenLower(a0), Vector128.WidenLower(b0), flip);
                s1 += Store(step + 4, Vector128.WidenUpper(a0), Vector128.WidenUpper(b0), flip);
                s2 += Store(step + 8, Vector128.WidenLower(a1), Vector128.WidenLower(b1), flip);
                s3 += Store(step + 12, Vector128.WidenUpper(a1), Vector128.WidenUpper(b1), flip);
            }

            s0.Store(sums + j);
            s1.Store(sums + j + 4);
            s2.Store(sums + j + 8);
            s3.Store(sums + j + 12);
        }

        for (int rest = j; rest < columns; rest++)
        {
            sums[rest] = 0;
            for (nint k = 0; k < whole; k += 4)
            {
                byte* at = b + (k * rowStride) + (rest * columnStride);
                uint four = rowStride == 1 ? Unsafe.ReadUnaligned<uint>(at) : at[0] | ((uint)at[rowStride] << 8) | ((uint)at[2 * rowStride] << 16) | ((uint)at[3 * rowStride] << 24);
                four ^= flip;
                ((uint*)to)[(k / 4 * width) + rest] = four;
                sums[rest] += (sbyte)four + (sbyte)(four >> 8) + (sbyte)(four >> 16) + (sbyte)(four >> 24);
            }
        }

        for (nint k = whole; k < rows; k++)
        {
            for (j = 0; j < columns; j++)
            {
                sbyte value = (sbyte)(b[(k * rowStride) + (j * columnStride)] ^ (byte)flip);
                ((sbyte*)to)[(((whole / 4 * width) + j) * 4) + (k - whole)] = value;
                sums[j] += value;
            }
        }
    }

    /// <summary>Packs steps of two values of 16 bits; see <see cref="Pack4"/>.</summary>
    public static void Pack2(byte* b, bool signed, nint rowStride, nint columnStride, nint rows, int columns, short* to, int width, int* sums)
    {
        for (int j = 0; j < columns; j++)
        {
            byte* column = b + (j * columnStride);
            int sum = 0;
            for (nint k = 0; k < rows; k++)
            {
                byte raw = column[k * rowStride];
                int value = signed ? (sbyte)raw : raw - 128;
                sum += value;
                to[(((k / 2 * width) + j) * 2) + (k % 2)] = (short)value;
            }

            sums[j] = sum;
        }
    }

    // Bytes of two rows beside each other, the first in the lower half of each pair.
    private static (Vector128<ushort> Lower, Vector128<ushort> Upper) Pairs(Vector128<byte> first, Vector128<byte> second)
    {
        (Vector128<ushort> f0, Vector128<ushort> f1) = Vector128.Widen(first);
        (Vector128<ushort> s0, Vector128<ushort> s1) = Vector128.Widen(second);
        return (f0 | (s0 << 8), f1 | (s1 << 8));
    }

    // Stores four columns of four values, and returns the sum of each.
    private static Vector128<int> Store(uint* to, Vector128<uint> lower, Vector128<uint> upper, uint flip)
    {
        Vector128<uint> four = (lower | (upper << 16)) ^ Vector128.Create(flip);
        four.Store(to);
        Vector128<int> values = four.AsInt32();
        return ((values << 24) >> 24) + ((values << 16) >> 24) + ((values << 8) >> 24) + (values >> 24);
    }
}
