using System.Runtime.CompilerServices;
using Inference.Kernels.Memory;
using Inference.Kernels.Simd;
using Inference.Kernels.Threading;
using Inference.Kernels.Transposition;

namespace Inference.Kernels.BlockQuantized;

/// <summary>
/// To[k, j] = (code − zero point)·scale of the columns of a panel of a block-quantized W, whose codes, scales and zero points lie in rows along K; in f32, rounded once.
/// A row of the job is a 32-bit word of codes of each column.
/// </summary>
internal readonly unsafe struct BlockPanelBody : IIntBody
{
    internal static readonly RowKernel Kernel = RowKernel.OfInts<BlockPanelBody>("dequantize_blocks");

    /// <summary>Writes columns of W as a panel [K, <paramref name="width"/>]; those that W does not have are zeros.</summary>
    /// <param name="w">Weights.</param>
    /// <param name="first">The first column.</param>
    /// <param name="columns">How many.</param>
    /// <param name="width">Columns of the panel, at least as many.</param>
    /// <param name="to">The panel.</param>
    /// <param name="limit">The best kernel's tier at most.</param>
    public static void Dequantize(in BlockQuantizedMatrix w, nint first, nint columns, nint width, float* to, IsaTier limit)
    {
        KernelAssert.AtMost(first + columns, w.Columns);
        KernelAssert.Run(to, w.Depth * width);
        nint blocks = w.Blocks;
        nint bytes = w.BlockSize * w.Bits / 8 * blocks;
        nint words = ((w.Depth * w.Bits) + 31) / 32;
        using var codes = new AlignedScratch<uint>(words * width);
        using var scales = new AlignedScratch<float>(blocks * width);
        using var zeros = new AlignedScratch<float>(w.ZeroPoints == null ? 0 : blocks * width);
        if (columns < width)
        {
            LargeBlocks.Clear(codes.Pointer, words * width * sizeof(uint));
            LargeBlocks.Clear(scales.Pointer, blocks * width * sizeof(float));
            LargeBlocks.Clear(zeros.Pointer, zeros.Count * sizeof(float));
        }

        Transpose2D.Run(w.Codes + (first * bytes), bytes / sizeof(uint), (byte*)codes.Pointer, width, columns, words, sizeof(uint));
        Transpose2D.Run((byte*)(w.Scales + (first * blocks)), blocks, (byte*)scales.Pointer, width, columns, blocks, sizeof(float));
        for (nint block = 0; w.ZeroPoints != null && block < blocks; block++)
        {
            for (nint j = 0; j < columns; j++)
            {
                zeros.Pointer[(block * width) + j] = w.ZeroPoint(first + j, block);
            }
        }

        var job = new Job
        {
            Codes = codes.Pointer, Scales = scales.Pointer, Zeros = w.ZeroPoints == null ? null : zeros.Pointer, To = to, Width = width, Depth = w.Depth, BlockSize = w.BlockSize, Bits = w.Bits,
        };
        Kernel.Fitting(limit, width & -width).Body(&job, 0, words);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<S, V>(void* state, nint first, nint end)
        where S : struct, IIntSimd<V>
        where V : struct
    {
        ref readonly Job job = ref *(Job*)state;
        nint width = job.Width;
        int codes = 32 / job.Bits;
        nint whole = nint.Min(end, job.Depth / codes);
        for (nint d = first; d < end; d++)
        {
            LongLoop.Before(codes * width);
            nint block = d * codes / job.BlockSize;
            float* to = job.To + (d * codes * width);
            for (nint j = 0; j < width; j += S.Lanes)
            {
                uint* word = job.Codes + (d * width) + j;
                V scale = S.Load(job.Scales + (block * width) + j);
                V zero = job.Zeros == null ? S.Splat(1 << (job.Bits - 1)) : S.Load(job.Zeros + (block * width) + j);
                if (d >= whole)
                {
                    Part<S, V>(word, zero, scale, to + j, width, job.Bits, (int)(job.Depth - (d * codes)));
                }
                else if (job.Bits == 4)
                {
                    Four<S, V>(word, zero, scale, to + j, width, 0, 4);
                    Four<S, V>(word, zero, scale, to + j + (4 * width), width, 16, 4);
                }
                else
                {
                    Four<S, V>(word, zero, scale, to + j, width, 0, 8);
                }
            }
        }
    }

    // Constant shifts, as arguments of a method that is compiled into its caller.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Four<S, V>(uint* word, V zero, V scale, float* to, nint width, int shift, int bits)
        where S : struct, IIntSimd<V>
        where V : struct
    {
        S.Store(to, S.Mul(S.Sub(S.LoadFields(word, shift, bits), zero), scale));
        S.Store(to + width, S.Mul(S.Sub(S.LoadFields(word, shift + bits, bits), zero), scale));
        S.Store(to + (2 * width), S.Mul(S.Sub(S.LoadFields(word, shift + (2 * bits), bits), zero), scale));
        S.Store(to + (3 * width), S.Mul(S.Sub(S.LoadFields(word, shift + (3 * bits), bits), zero), scale));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Part<S, V>(uint* word, V zero, V scale, float* to, nint width, int bits, int count)
        where S : struct, IIntSimd<V>
        where V : struct
    {
        for (int i = 0; i < count; i++)
        {
            S.Store(to + (i * width), S.Mul(S.Sub(S.LoadFields(word, i * bits, bits), zero), scale));
        }
    }

    internal struct Job
    {
        /// <summary>[ceil(K·Bits / 32), Width].</summary>
        public uint* Codes;

        /// <summary>[blocks, Width].</summary>
        public float* Scales;

        /// <summary>[blocks, Width]; null for the middle of the codes.</summary>
        public float* Zeros;

        /// <summary>[K, Width].</summary>
        public float* To;

        /// <summary>Columns, a multiple of the lanes.</summary>
        public nint Width;

        /// <summary>K.</summary>
        public nint Depth;

        public int BlockSize;
        public int Bits;
    }
}
