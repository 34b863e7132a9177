using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Inference.Kernels.Simd;

namespace Inference.Kernels.Quantized.Results;

/// <summary>to = round(clamp(from · scale, low, high)) + zero point for rows of s32 sums.</summary>
internal readonly unsafe struct RequantizeBody
{
    // Scales that are laid out on the stack, 4 KB; more columns are left to the scalar body.
    private const int MaxPadded = 1024;

    internal static readonly RowKernel Kernel = RowKernel.Of(
        "requantize",
        [
            new(IsaTier.Avx512, Simd512.IsSupported && Avx512BW.IsSupported && Avx512BW.VL.IsSupported, &Packed, "4x16_avx512"),
            new(IsaTier.Avx512, Simd512.IsSupported, &Run<Simd512, Vector512<float>>),
            new(IsaTier.Avx2, Simd256.IsSupported, &Run<Simd256, Vector256<float>>),
            new(IsaTier.AdvSimd, Simd128.IsSupported, &Run<Simd128, Vector128<float>>),
            new(IsaTier.Scalar, true, &Scalar),
        ]);

    [SkipLocalsInit]
    private static void Run<S, V>(void* state, nint first, nint end)
        where S : struct, IIntSimd<V>
        where V : struct
    {
        float* padded = stackalloc float[MaxPadded];
        float* scale = Scales<S, V>(in *(Job*)state, padded);
        if (scale == null)
        {
            Scalar(state, first, end);
            return;
        }

        Columns<S, V>(in *(Job*)state, scale, (int)end, 0);
    }

    [SkipLocalsInit]
    private static void Packed(void* state, nint first, nint end)
    {
        ref readonly Job job = ref *(Job*)state;
        float* padded = stackalloc float[MaxPadded];
        float* scale = Scales<Simd512, Vector512<float>>(in job, padded);
        if (scale == null)
        {
            Scalar(state, first, end);
            return;
        }

        int packed = job.Columns >= 16 && end >= 4 && PackedRequantization.Allows(scale, job.Columns) ? job.Columns & ~15 : 0;
        // The vector that the columns do not fill comes first: what it may write past a row is written after it.
        Columns<Simd512, Vector512<float>>(in job, scale, (int)end, packed);
        if (packed != 0)
        {
            var r = new PackedRequantization(in job.Epilogue);
            RequantizePacked(in r, job.From, job.Width, scale, job.To, job.Ldy, (int)end, packed);
        }
    }

    private static void Scalar(void* state, nint first, nint end)
    {
        ref readonly Job job = ref *(Job*)state;
        job.Epilogue.Bounds(out float low, out float high);
        for (nint i = first; i < end; i++)
        {
            int* from = job.From + (i * job.Width);
            byte* to = job.To + (i * job.Ldy);
            for (int j = 0; j < job.Columns; j++)
            {
                float x = from[j] * job.Scale[job.Epilogue.ScalePerColumn ? j : 0];
                x = low > x ? low : x;
                x = high < x ? high : x;
                to[j] = (byte)((int)MathF.Round(x) + job.Epilogue.ZeroPoint);
            }
        }
    }

    // A scale for each column of whole vectors, in `padded` where they are not there; null if there is no room.
    private static float* Scales<S, V>(in Job job, float* padded)
        where S : struct, IIntSimd<V>
        where V : struct
    {
        bool perColumn = job.Epilogue.ScalePerColumn;
        int columns = job.Columns;
        int tail = columns % S.Lanes;
        if (perColumn && tail == 0)
        {
            return job.Scale;
        }

        // A tail takes whole vectors of accumulators and scales, so both need room up to the next vector.
        if ((tail != 0 && columns - tail + S.Lanes > job.Width) || columns + S.Lanes > MaxPadded)
        {
            return null;
        }

        KernelAssert.AtMost(columns + S.Lanes, MaxPadded);
        for (int j = 0; j < columns; j++)
        {
            padded[j] = job.Scale[perColumn ? j : 0];
        }

        S.Store(padded + columns, S.Splat(0f));
        return padded;
    }

    // Columns from `first` in whole vectors, and those that fill none.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Columns<S, V>(in Job job, float* scale, int count, int first)
        where S : struct, IIntSimd<V>
        where V : struct
    {
        job.Epilogue.Bounds(out float lowest, out float highest);
        V low = S.Splat(lowest);
        V high = S.Splat(highest);
        int zero = job.Epilogue.ZeroPoint;
        int width = job.Width;
        nint ldy = job.Ldy;
        int columns = job.Columns;
        int tail = columns % S.Lanes;
        int whole = columns - tail;
        if (tail != 0)
        {
            V s0 = S.Load(scale + whole);
            // Whole vectors go first where what they write past a row is written after them: this loop comes before the others.
            int over = ldy != columns ? 0 : whole > 0 ? count - 1 : Math.Max(0, count + 1 - ((S.Lanes - 1 + columns) / columns));
            int* x = job.From + whole;
            byte* y = job.To + whole;
            for (int i = 0; i < count; i++, x += width, y += ldy)
            {
                V v = Scaled<S, V>(x, s0, low, high);
                if (i < over)
                {
                    S.StoreBytes(y, v, zero);
                }
                else
                {
                    S.StoreBytesPart(y, v, zero, tail);
                }
            }
        }

        int j = first;
        for (; j + (4 * S.Lanes) <= columns; j += 4 * S.Lanes)
        {
            V s0 = S.Load(scale + j);
            V s1 = S.Load(scale + j + S.Lanes);
            V s2 = S.Load(scale + j + (2 * S.Lanes));
            V s3 = S.Load(scale + j + (3 * S.Lanes));
            int* x = job.From + j;
            byte* y = job.To + j;
            for (int i = 0; i < count; i++, x += width, y += ldy)
            {
                S.StoreBytes(y, Scaled<S, V>(x, s0, low, high), zero);
                S.StoreBytes(y + S.Lanes, Scaled<S, V>(x + S.Lanes, s1, low, high), zero);
                S.StoreBytes(y + (2 * S.Lanes), Scaled<S, V>(x + (2 * S.Lanes), s2, low, high), zero);
                S.StoreBytes(y + (3 * S.Lanes), Scaled<S, V>(x + (3 * S.Lanes), s3, low, high), zero);
            }
        }

        for (; j + S.Lanes <= columns; j += S.Lanes)
        {
            V s0 = S.Load(scale + j);
            int* x = job.From + j;
            byte* y = job.To + j;
            for (int i = 0; i < count; i++, x += width, y += ldy)
            {
                S.StoreBytes(y, Scaled<S, V>(x, s0, low, high), zero);
            }
        }
    }

    // The value is inside the byte's range, so keeping the low byte is exact for both signs.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Scaled<S, V>(int* from, V scale, V low, V high)
        where S : struct, IIntSimd<V>
        where V : struct => S.Min(high, S.Max(low, S.Mul(S.LoadInts(from, 0), scale)));

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

    internal struct Job
    {
        public QuantizedEpilogue Epilogue;
        public int* From;
        public int Width;
        public float* Scale;
        public byte* To;
        public nint Ldy;
        public int Columns;
    }
}
