using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Inference.Kernels.Memory;
using Inference.Kernels.Quantized;
using Inference.Kernels.Threading;

namespace Inference.Kernels.Gathering;

/// <summary>Rows of a table picked by index. Thread-safe.</summary>
internal static unsafe class GatherRows
{
    // A unit of work is about a nanosecond: four for an index and its row's address, one for each 16 bytes copied; estimates, as they only place the looks at the deadline.
    private const int RowWork = 4;
    private const int BytesShift = 4;

    // Bytes from which the call that looks at the deadline costs nothing beside the copy of a row.
    private const int PartedRow = 4096;

    /// <summary>y[i] = table[index[i]]; a negative index counts from the end.</summary>
    /// <typeparam name="TIndex"><see cref="int"/> or <see cref="long"/>.</typeparam>
    /// <param name="table">[tableRows, rowBytes].</param>
    /// <param name="tableRows">Rows of the table.</param>
    /// <param name="rowBytes">Bytes of a row.</param>
    /// <param name="indices">Indices.</param>
    /// <param name="y">[indices, rowBytes]; must not overlap <paramref name="table"/>.</param>
    /// <returns>−1, or the position of the first index out of range: rows from there on are not written.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint Run<TIndex>(byte* table, nint tableRows, nint rowBytes, ReadOnlySpan<TIndex> indices, byte* y)
        where TIndex : unmanaged, IBinaryInteger<TIndex>
    {
        KernelAssert.Matrix(table, tableRows, rowBytes, rowBytes);
        KernelAssert.Matrix(y, indices.Length, rowBytes, rowBytes);
        KernelAssert.Apart(table, tableRows * rowBytes, y, indices.Length * rowBytes);
        var work = default(WorkCounter);
        long rowWork = RowWork + (rowBytes >> BytesShift);
        int most = (int)Math.Max(1, LongLoop.Part / rowWork);
        for (int i = 0; i < indices.Length; i += most)
        {
            int count = Math.Min(most, indices.Length - i);
            work.Add(count * rowWork);
            nint bad = Part(table, tableRows, rowBytes, indices.Slice(i, count), y + (i * rowBytes));
            if (bad >= 0)
            {
                return i + bad;
            }
        }

        return -1;
    }

    private static nint Part<TIndex>(byte* table, nint tableRows, nint rowBytes, ReadOnlySpan<TIndex> indices, byte* y)
        where TIndex : unmanaged, IBinaryInteger<TIndex> => rowBytes switch
        {
            1 => Single<TIndex, byte>(table, tableRows, indices, y),
            2 => Single<TIndex, ushort>(table, tableRows, indices, y),
            4 => Single<TIndex, uint>(table, tableRows, indices, y),
            8 => Single<TIndex, ulong>(table, tableRows, indices, y),
            16 => Single<TIndex, Vector128<byte>>(table, tableRows, indices, y),
            32 => Single<TIndex, Vector256<byte>>(table, tableRows, indices, y),
            64 => Single<TIndex, Vector512<byte>>(table, tableRows, indices, y),
            < 32 or >= PartedRow => Long(table, tableRows, rowBytes, indices, y),
            _ => Whole(table, tableRows, rowBytes, indices, y),
        };

    // Rows of one element.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static nint Single<TIndex, T>(byte* table, nint tableRows, ReadOnlySpan<TIndex> indices, byte* y)
        where TIndex : unmanaged, IBinaryInteger<TIndex>
        where T : unmanaged
    {
        for (int i = 0; i < indices.Length; i++, y += sizeof(T))
        {
            long row = Resolve(indices[i], tableRows);
            if ((ulong)row >= (ulong)tableRows)
            {
                return i;
            }

            Unsafe.WriteUnaligned(y, Unsafe.ReadUnaligned<T>(table + ((nint)row * sizeof(T))));
        }

        return -1;
    }

    // Whole vectors, the last over the end of the one before it.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static nint Whole<TIndex>(byte* table, nint tableRows, nint rowBytes, ReadOnlySpan<TIndex> indices, byte* y)
        where TIndex : unmanaged, IBinaryInteger<TIndex>
    {
        nint last = rowBytes - Vector256<byte>.Count;
        for (int i = 0; i < indices.Length; i++, y += rowBytes)
        {
            long row = Resolve(indices[i], tableRows);
            if ((ulong)row >= (ulong)tableRows)
            {
                return i;
            }

            byte* from = table + ((nint)row * rowBytes);
            for (nint k = 0; k < last; k += Vector256<byte>.Count)
            {
                Vector256.Load(from + k).Store(y + k);
            }

            Vector256.Load(from + last).Store(y + last);
        }

        return -1;
    }

    private static nint Long<TIndex>(byte* table, nint tableRows, nint rowBytes, ReadOnlySpan<TIndex> indices, byte* y)
        where TIndex : unmanaged, IBinaryInteger<TIndex>
    {
        for (int i = 0; i < indices.Length; i++, y += rowBytes)
        {
            long row = Resolve(indices[i], tableRows);
            if ((ulong)row >= (ulong)tableRows)
            {
                return i;
            }

            byte* from = table + ((nint)row * rowBytes);
            if (rowBytes >= PartedRow)
            {
                LargeBlocks.Copy(from, y, rowBytes);
            }
            else
            {
                ByteRuns.Copy(from, 0, y, 0, 1, rowBytes);
            }
        }

        return -1;
    }

    /// <summary>y[i] = (table[index[i]] − zeroPoint[row]) · scale[row] for a table of 8-bit rows with one scale each.</summary>
    /// <typeparam name="TIndex"><see cref="int"/> or <see cref="long"/>.</typeparam>
    /// <param name="table">[tableRows, columns], u8, or s8 if <paramref name="signed"/>.</param>
    /// <param name="signed">Whether elements are s8.</param>
    /// <param name="tableRows">Rows of the table.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="scales">[tableRows].</param>
    /// <param name="zeroPoints">[tableRows], of the table's element type, or null.</param>
    /// <param name="zeroPoint">The zero point of all rows where <paramref name="zeroPoints"/> is null.</param>
    /// <param name="indices">Indices.</param>
    /// <param name="y">[indices, columns].</param>
    /// <returns>−1, or the position of the first index out of range: rows from there on are not written.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint RunDequantize<TIndex>(
        byte* table, bool signed, nint tableRows, nint columns, float* scales, byte* zeroPoints, int zeroPoint, ReadOnlySpan<TIndex> indices, float* y)
        where TIndex : unmanaged, IBinaryInteger<TIndex>
    {
        KernelAssert.Matrix(table, tableRows, columns, columns);
        KernelAssert.Run(scales, tableRows);
        KernelAssert.Matrix(y, indices.Length, columns, columns);
        var work = default(WorkCounter);
        for (int i = 0; i < indices.Length; i++, y += columns)
        {
            long row = Resolve(indices[i], tableRows);
            if ((ulong)row >= (ulong)tableRows)
            {
                return i;
            }

            work.Add(RowWork + columns);
            int zero = zeroPoints == null ? zeroPoint : signed ? (sbyte)zeroPoints[row] : zeroPoints[row];
            LinearQuantization.Dequantize(table + ((nint)row * columns), y, columns, scales[row], zero, signed);
        }

        return -1;
    }

    /// <summary>y[i] = table[index[i]] · scale[row] + bias[row] for a table of u8 rows with a scale and a bias each; the product is rounded before the sum.</summary>
    /// <typeparam name="TIndex"><see cref="int"/> or <see cref="long"/>.</typeparam>
    /// <param name="table">[tableRows, columns].</param>
    /// <param name="tableRows">Rows of the table.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="scales">[tableRows].</param>
    /// <param name="biases">[tableRows].</param>
    /// <param name="indices">Indices.</param>
    /// <param name="y">[indices, columns].</param>
    /// <returns>−1, or the position of the first index out of range: rows from there on are not written.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint RunAffine<TIndex>(byte* table, nint tableRows, nint columns, float* scales, float* biases, ReadOnlySpan<TIndex> indices, float* y)
        where TIndex : unmanaged, IBinaryInteger<TIndex>
    {
        KernelAssert.Matrix(table, tableRows, columns, columns);
        KernelAssert.Run(scales, tableRows);
        KernelAssert.Run(biases, tableRows);
        KernelAssert.Matrix(y, indices.Length, columns, columns);
        var work = default(WorkCounter);
        for (int i = 0; i < indices.Length; i++, y += columns)
        {
            long row = Resolve(indices[i], tableRows);
            if ((ulong)row >= (ulong)tableRows)
            {
                return i;
            }

            work.Add(RowWork + columns);
            Affine(table + ((nint)row * columns), y, columns, scales[row], biases[row]);
        }

        return -1;
    }

    private static void Affine(byte* x, float* y, nint count, float scale, float bias)
    {
        nint i = 0;
        Vector256<float> scales = Vector256.Create(scale), biases = Vector256.Create(bias);
        for (; i <= count - Vector128<byte>.Count; i += Vector128<byte>.Count)
        {
            (Vector128<ushort> lower, Vector128<ushort> upper) = Vector128.Widen(Vector128.Load(x + i));
            ((Vector256.ConvertToSingle(Wide(lower)) * scales) + biases).Store(y + i);
            ((Vector256.ConvertToSingle(Wide(upper)) * scales) + biases).Store(y + i + Vector256<float>.Count);
        }

        for (; i < count; i++)
        {
            y[i] = (x[i] * scale) + bias;
        }
    }

    private static Vector256<int> Wide(Vector128<ushort> x)
    {
        (Vector128<uint> lower, Vector128<uint> upper) = Vector128.Widen(x);
        return Vector256.Create(lower, upper).AsInt32();
    }

    private static long Resolve<TIndex>(TIndex index, nint rows)
        where TIndex : unmanaged, IBinaryInteger<TIndex>
    {
        long row = long.CreateTruncating(index);
        return row < 0 ? row + rows : row;
    }
}
