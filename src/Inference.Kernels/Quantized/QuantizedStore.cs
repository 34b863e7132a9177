using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Inference.Kernels.Elementwise;

namespace Inference.Kernels.Quantized;

/// <summary>Stores accumulators in the epilogue's output type; the same values on every instruction set.</summary>
internal static unsafe class QuantizedStore
{
    private const int MaxPadded = 1024;

    /// <summary>Rows m … m + count − 1 and columns n0 … n0 + columns − 1 of Y from accumulators with rows of <paramref name="width"/>.</summary>
    public static void Run(
        in QuantizedEpilogue e, int* accumulators, int width, byte* y, nint ldy, nint m, int count, nint n0, int columns)
    {
        KernelAssert.AtMost(columns, width);
        KernelAssert.Matrix(accumulators, count, columns, width);
        KernelAssert.Matrix(y, m + count, n0 + columns, ldy);
        float* scale = e.Scale + (e.ScalePerColumn ? n0 : 0);
        if (e.Output is QuantizedOutput.UInt8 or QuantizedOutput.Int8)
        {
            Requantize(in e, accumulators, width, scale, y + (m * ldy) + n0, ldy, count, columns);
            return;
        }

        for (int i = 0; i < count; i++, accumulators += width)
        {
            byte* to = y + ((((m + i) * ldy) + n0) * sizeof(int));
            if (e.Output == QuantizedOutput.Int32)
            {
                Unsafe.CopyBlockUnaligned(to, accumulators, (uint)columns * sizeof(int));
                continue;
            }

            float rowScale = e.RowScale == null ? 1f : e.RowScale[m + i];
            Dequantize(accumulators, scale, e.ScalePerColumn, rowScale, e.FloatBias == null ? null : e.FloatBias + n0, (float*)to, columns);
            Activations.Apply(in e.Activation, (float*)to, (float*)to, columns);
        }
    }

    [SkipLocalsInit]
    private static void Requantize(in QuantizedEpilogue e, int* from, int width, float* scale, byte* to, nint ldy, int count, int columns)
    {
        int lanes = Avx512F.IsSupported ? 16 : Avx2.IsSupported ? 8 : 1;
        e.Bounds(out float low, out float high);
        int tail = columns % lanes;
        // A tail takes whole vectors of accumulators and scales, so both need room up to the next vector.
        if (lanes > 1 && (tail == 0 || columns - tail + lanes <= width))
        {
            float* padded = stackalloc float[MaxPadded];
            if (!e.ScalePerColumn || tail != 0)
            {
                if (columns + lanes > MaxPadded)
                {
                    RequantizeScalar(in e, from, width, scale, low, high, to, ldy, count, columns);
                    return;
                }

                KernelAssert.AtMost(columns + lanes, MaxPadded);
                for (int j = 0; j < columns; j++)
                {
                    padded[j] = scale[e.ScalePerColumn ? j : 0];
                }

                for (int j = columns; j < columns + lanes; j++)
                {
                    padded[j] = 0f;
                }

                scale = padded;
            }

            if (lanes == 16)
            {
                int packed = 0;
                if (columns >= 16 && count >= 4 && PackedRequantization.Allows(scale, columns))
                {
                    packed = columns & ~15;
                }

                // The vector that the columns do not fill comes first: what it may write past a row is written after it.
                Requantize16(from, width, scale, low, high, e.ZeroPoint, to, ldy, count, packed, columns);
                if (packed == 0)
                {
                    return;
                }

                var r = new PackedRequantization(in e);
                RequantizePacked(in r, from, width, scale, to, ldy, count, packed);
            }
            else
            {
                Requantize8(from, width, scale, low, high, e.ZeroPoint, to, ldy, count, columns);
            }

            return;
        }

        RequantizeScalar(in e, from, width, scale, low, high, to, ldy, count, columns);
    }

    // to = round(clamp(from · scale, low, high)) + z.
    private static void RequantizeScalar(in QuantizedEpilogue e, int* from, int width, float* scale, float low, float high, byte* to, nint ldy, int count, int columns)
    {
        for (int i = 0; i < count; i++, from += width, to += ldy)
        {
            for (int j = 0; j < columns; j++)
            {
                float x = from[j] * scale[e.ScalePerColumn ? j : 0];
                x = low > x ? low : x;
                x = high < x ? high : x;
                to[j] = (byte)((int)MathF.Round(x) + e.ZeroPoint);
            }
        }
    }

    // The value is inside the byte's range, so keeping the low byte is exact for both signs.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Requantize16(int* from, int width, float* scale, float low, float high, int zeroPoint, byte* to, nint ldy, int count, int first, int columns)
    {
        Vector512<float> lowest = Vector512.Create(low);
        Vector512<float> highest = Vector512.Create(high);
        Vector512<int> zero = Vector512.Create(zeroPoint);
        int whole = columns & ~15;
        if (whole < columns)
        {
            Vector512<float> s0 = Vector512.Load(scale + whole);
            // Whole vectors go first where what they write past a row is written after them: this loop comes before the others.
            int over = ldy != columns ? 0 : whole > 0 ? count - 1 : Math.Max(0, count + 1 - ((15 + columns) / columns));
            int* x = from + whole;
            byte* y = to + whole;
            for (int i = 0; i < count; i++, x += width, y += ldy)
            {
                Vector128<byte> bytes = Bytes(x, s0, lowest, highest, zero);
                if (i < over)
                {
                    bytes.Store(y);
                }
                else
                {
                    StoreTail(bytes, y, columns - whole);
                }
            }
        }

        int j = first;
        for (; j + 64 <= columns; j += 64)
        {
            Vector512<float> s0 = Vector512.Load(scale + j);
            Vector512<float> s1 = Vector512.Load(scale + j + 16);
            Vector512<float> s2 = Vector512.Load(scale + j + 32);
            Vector512<float> s3 = Vector512.Load(scale + j + 48);
            int* x = from + j;
            byte* y = to + j;
            for (int i = 0; i < count; i++, x += width, y += ldy)
            {
                Bytes(x, s0, lowest, highest, zero).Store(y);
                Bytes(x + 16, s1, lowest, highest, zero).Store(y + 16);
                Bytes(x + 32, s2, lowest, highest, zero).Store(y + 32);
                Bytes(x + 48, s3, lowest, highest, zero).Store(y + 48);
            }
        }

        for (; j + 16 <= columns; j += 16)
        {
            Vector512<float> s0 = Vector512.Load(scale + j);
            int* x = from + j;
            byte* y = to + j;
            for (int i = 0; i < count; i++, x += width, y += ldy)
            {
                Bytes(x, s0, lowest, highest, zero).Store(y);
            }
        }
    }

    // Columns in whole vectors, 64 sums at a time: of one row, two or four.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RequantizePacked(in PackedRequantization r, int* from, int width, float* scale, byte* to, nint ldy, int count, int columns)
    {
        int j = 0;
        for (; j + 64 <= columns; j += 64)
        {
            Vector512<float> s0 = Vector512.Load(scale + j);
            Vector512<float> s1 = Vector512.Load(scale + j + 16);
            Vector512<float> s2 = Vector512.Load(scale + j + 32);
            Vector512<float> s3 = Vector512.Load(scale + j + 48);
            int* x = from + j;
            byte* y = to + j;
            for (int i = 0; i < count; i++, x += width, y += ldy)
            {
                r.InOrder(x, x + 16, x + 32, x + 48, s0, s1, s2, s3).Store(y);
            }
        }

        if (j + 32 <= columns)
        {
            Vector512<float> s0 = Vector512.Load(scale + j);
            Vector512<float> s1 = Vector512.Load(scale + j + 16);
            for (int i = 0; i < count; i += 2)
            {
                // A last row without a partner is done twice.
                int second = Math.Min(i + 1, count - 1);
                int* x0 = from + ((nint)i * width) + j;
                int* x1 = from + ((nint)second * width) + j;
                Vector512<byte> bytes = r.InOrder(x0, x0 + 16, x1, x1 + 16, s0, s1, s0, s1);
                bytes.GetLower().Store(to + (i * ldy) + j);
                bytes.GetUpper().Store(to + (second * ldy) + j);
            }

            j += 32;
        }

        if (j + 16 <= columns)
        {
            Vector512<float> s0 = Vector512.Load(scale + j);
            for (int i = 0; i < count; i += 4)
            {
                nint i0 = Math.Min(i, count - 4);
                int* x = from + (i0 * width) + j;
                byte* y = to + (i0 * ldy) + j;
                Vector512<byte> bytes = r.InOrder(x, x + width, x + (2 * width), x + (3 * width), s0, s0, s0, s0);
                bytes.GetLower().GetLower().Store(y);
                bytes.GetLower().GetUpper().Store(y + ldy);
                bytes.GetUpper().GetLower().Store(y + (2 * ldy));
                bytes.GetUpper().GetUpper().Store(y + (3 * ldy));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Bytes(int* from, Vector512<float> scale, Vector512<float> low, Vector512<float> high, Vector512<int> zero)
    {
        Vector512<float> x = Avx512F.ConvertToVector512Single(Vector512.Load(from)) * scale;
        x = Avx512F.Min(high, Avx512F.Max(low, x));
        return Avx512F.ConvertToVector128Byte(Avx512F.ConvertToVector512Int32(x) + zero);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Requantize8(int* from, int width, float* scale, float low, float high, int zeroPoint, byte* to, nint ldy, int count, int columns)
    {
        int whole = columns & ~7;
        for (int i = 0; i < count; i++, from += width, to += ldy)
        {
            for (int j = 0; j < columns; j += 8)
            {
                Vector256<float> x = Avx.ConvertToVector256Single(Vector256.Load(from + j)) * Vector256.Load(scale + j);
                x = Avx.Min(Vector256.Create(high), Avx.Max(Vector256.Create(low), x));
                Vector256<int> q = (Avx.ConvertToVector256Int32(x) + Vector256.Create(zeroPoint)) & Vector256.Create(255);
                Vector128<ushort> words = Sse41.PackUnsignedSaturate(q.GetLower(), q.GetUpper());
                Vector128<byte> bytes = Sse2.PackUnsignedSaturate(words.AsInt16(), words.AsInt16());
                if (j < whole)
                {
                    bytes.GetLower().Store(to + j);
                }
                else
                {
                    StoreTail(bytes, to + j, columns - whole);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreTail(Vector128<byte> bytes, byte* to, int count)
    {
        ulong rest = bytes.AsUInt64().ToScalar();
        if ((count & 8) != 0)
        {
            *(ulong*)to = rest;
            to += 8;
            rest = bytes.AsUInt64().GetElement(1);
        }

        if ((count & 4) != 0)
        {
            *(uint*)to = (uint)rest;
            to += 4;
            rest >>= 32;
        }

        if ((count & 2) != 0)
        {
            *(ushort*)to = (ushort)rest;
            to += 2;
            rest >>= 16;
        }

        if ((count & 1) != 0)
        {
            *to = (byte)rest;
        }
    }

    /// <summary>to[j] = from[j] · scale · rowScale + bias[j].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Dequantize(int* from, float* scale, bool perColumn, float rowScale, float* bias, float* to, int count)
    {
        int j = 0;
        if (Avx512F.IsSupported)
        {
            Vector512<float> rows = Vector512.Create(rowScale);
            for (; j + 16 <= count; j += 16)
            {
                Vector512<float> s = perColumn ? Vector512.Load(scale + j) : Vector512.Create(*scale);
                Vector512<float> x = Avx512F.ConvertToVector512Single(Vector512.Load(from + j)) * (s * rows);
                x = bias == null ? x : x + Vector512.Load(bias + j);
                x.Store(to + j);
            }
        }

        Vector256<float> row = Vector256.Create(rowScale);
        for (; j + 8 <= count; j += 8)
        {
            Vector256<float> s = perColumn ? Vector256.Load(scale + j) : Vector256.Create(*scale);
            Vector256<float> x = Vector256.ConvertToSingle(Vector256.Load(from + j)) * (s * row);
            x = bias == null ? x : x + Vector256.Load(bias + j);
            x.Store(to + j);
        }

        for (; j < count; j++)
        {
            float x = from[j] * (scale[perColumn ? j : 0] * rowScale);
            to[j] = bias == null ? x : x + bias[j];
        }
    }
}
