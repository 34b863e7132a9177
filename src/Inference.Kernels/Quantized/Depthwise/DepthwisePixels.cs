using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Inference.Kernels.Simd;

namespace Inference.Kernels.Quantized.Depthwise;

/// <summary>
/// sums[i,c] = init[c] + Σ_tap (rows[tap] + i · step)[c] · w[tap,c] for a run of pixels of one output row: weights of a run of channels are
/// loaded once for all of them. Zips of the bytes of two taps make pairs that one vpmaddwd multiplies and adds, exactly.
/// </summary>
internal static unsafe class DepthwisePixels
{
    // 64 taps, an 8×8 kernel, keep 4 KB of weights on the stack in the widest body.
    private const int MaxPairs = 32;

    internal static readonly RowKernel Kernel = RowKernel.Of(
        "depthwise_u8s8",
        [
            new(IsaTier.Avx512, Pairs512.IsSupported, &Wide, "16x32_avx512"),
            new(IsaTier.Avx2, Pairs256.IsSupported, &Middle, "16x16_avx2"),
            new(IsaTier.AdvSimd, Pairs128.IsSupported, &Narrow, "16x8_vector128"),
            new(IsaTier.Scalar, true, &Scalar, "1x1_scalar"),
        ]);

    /// <summary>Runs all channels with the widest vectors that fit.</summary>
    /// <param name="rows">For each tap: channel 0 of what the first pixel reads.</param>
    /// <param name="step">Bytes from what a pixel reads to what the next one reads.</param>
    /// <param name="count">Pixels.</param>
    /// <param name="taps">Kernel positions, even.</param>
    /// <param name="weights">[taps/2][channels][2].</param>
    /// <param name="init">[channels].</param>
    /// <param name="sums">[count, pitch].</param>
    /// <param name="pitch">Elements between rows of <paramref name="sums"/>.</param>
    /// <param name="channels">Channels.</param>
    /// <param name="signed">Whether pixels are s8.</param>
    public static void Run(byte** rows, nint step, int count, int taps, short* weights, int* init, int* sums, int pitch, int channels, bool signed) =>
        Run(rows, step, count, taps, weights, init, sums, pitch, channels, signed, IsaTier.Avx512);

    internal static void Run(byte** rows, nint step, int count, int taps, short* weights, int* init, int* sums, int pitch, int channels, bool signed, IsaTier limit)
    {
        KernelAssert.NotNegative(count);
        KernelAssert.AtMost(channels, pitch);
        Debug.Assert(taps % 2 == 0, "taps in pairs");
        var job = new Job
        {
            Rows = rows,
            Step = step,
            Count = count,
            Taps = taps,
            Weights = weights,
            Init = init,
            Sums = sums,
            Pitch = pitch,
            Channels = channels,
            Signed = signed,
        };
        // Scratch on the stack holds the weights of so many taps; the scalar body needs none.
        Kernel.Within(taps <= 2 * MaxPairs ? limit : IsaTier.Scalar)(&job, 0, channels);
    }

    private static void Wide(void* state, nint first, nint end)
    {
        nint c = Whole<Pairs512, Vector512<int>>((Job*)state, first, end);
        if (c < end)
        {
            Middle(state, c, end);
        }
    }

    // The last block overlaps the one before it: the same sums are stored twice.
    private static void Middle(void* state, nint first, nint end)
    {
        const int Block = 16;
        nint c = Whole<Pairs256, Vector256<int>>((Job*)state, first, end);
        if (end - c > Block / 2 && end >= Block)
        {
            Channels<Pairs256, Vector256<int>>((Job*)state, end - Block);
        }
        else if (c < end)
        {
            Narrow(state, c, end);
        }
    }

    private static void Narrow(void* state, nint first, nint end)
    {
        const int Block = 8;
        nint c = Whole<Pairs128, Vector128<int>>((Job*)state, first, end);
        if (c < end && end >= Block)
        {
            Channels<Pairs128, Vector128<int>>((Job*)state, end - Block);
        }
        else
        {
            Scalar(state, c, end);
        }
    }

    private static void Scalar(void* state, nint first, nint end)
    {
        ref readonly Job job = ref *(Job*)state;
        for (nint c = first; c < end; c++)
        {
            for (int i = 0; i < job.Count; i++)
            {
                int sum = job.Init[c];
                for (int tap = 0; tap < job.Taps; tap++)
                {
                    byte raw = (job.Rows[tap] + (i * job.Step))[c];
                    sum += (job.Signed ? (sbyte)raw : raw) * job.Weights[(((tap / 2 * job.Channels) + c) * 2) + (tap & 1)];
                }

                job.Sums[(i * job.Pitch) + c] = sum;
            }
        }
    }

    // The whole blocks of channels from `c`; returns the channel after them.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint Whole<S, V>(Job* job, nint c, nint end)
        where S : struct, IPairSimd<V>
        where V : struct
    {
        for (; c + (2 * S.Lanes) <= end; c += 2 * S.Lanes)
        {
            Channels<S, V>(job, c);
        }

        return c;
    }

    // Zips work in 128-bit parts of eight channels: `low` has the first four channels of each part, `high` the other four.
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Channels<S, V>(Job* job, nint c)
        where S : struct, IPairSimd<V>
        where V : struct
    {
        int pairs = job->Taps / 2;
        bool signed = job->Signed;
        KernelAssert.AtMost(pairs, MaxPairs);
        KernelAssert.AtMost(S.Lanes, TileLimits.Lanes);
        int* scratch = stackalloc int[(2 * MaxPairs * S.Lanes) + 16];
        int* w = (int*)(((nint)scratch + 63) & ~(nint)63);
        for (int p = 0; p < pairs; p++)
        {
            int* from = (int*)(job->Weights + (2 * (((nint)p * job->Channels) + c)));
            V a = S.Load(from);
            V b = S.Load(from + S.Lanes);
            S.Store(w + (2 * p * S.Lanes), S.ToLow(a, b));
            S.Store(w + (((2 * p) + 1) * S.Lanes), S.ToHigh(a, b));
        }

        V first = S.Load(job->Init + c);
        V second = S.Load(job->Init + c + S.Lanes);
        int count = job->Count;
        nint step = job->Step;
        nint pitch = job->Pitch;
        nint offset = c;
        int* to = job->Sums + c;
        for (int i = 0; i < count; i++, offset += step, to += pitch)
        {
            V low = default;
            V high = default;
            byte** at = job->Rows;
            int* weights = w;
            for (int p = 0; p < pairs; p++, at += 2, weights += 2 * S.Lanes)
            {
                V a = S.Widen(at[0] + offset, signed);
                V b = S.Widen(at[1] + offset, signed);
                low = S.Add(low, S.Dot(S.ZipLow(a, b), S.Load(weights)));
                high = S.Add(high, S.Dot(S.ZipHigh(a, b), S.Load(weights + S.Lanes)));
            }

            S.Store(to, S.Add(first, S.First(low, high)));
            S.Store(to + S.Lanes, S.Add(second, S.Second(low, high)));
        }
    }

    private struct Job
    {
        public byte** Rows;
        public nint Step;
        public int Count;
        public int Taps;
        public short* Weights;
        public int* Init;
        public int* Sums;
        public int Pitch;
        public int Channels;
        public bool Signed;
    }
}
