using System.Diagnostics;
using System.Runtime.CompilerServices;
using Inference.Kernels.Gemm;
using Inference.Kernels.Gemm.Tiles;
using Inference.Kernels.Memory;
using Inference.Kernels.Simd;
using Inference.Kernels.Threading;

namespace Inference.Kernels.Attention;

/// <summary>
/// Scaled dot-product attention that keeps scores of one block of queries and keys only: each block rescales what earlier
/// blocks gave (online softmax). Keys that no query of a block sees are neither multiplied nor read. Thread-safe. A row that sees no key gives NaN, with a sink 0. Source: ONNX Attention, opset 23.
/// </summary>
internal static unsafe class AttentionF32
{
    // Multiply-adds in the time that the exponential of a score takes, about 2 ns: for the looks at the clock.
    private const int SoftmaxMacs = 2 * WorkCounter.MultiplyAdds;

    // Scores of a block of queries take 96 KB; with a panel of keys they stay in the second-level cache.
    internal const int QueryBlock = TileLimits.RowBlock;
    private const int KeyBlock = 512;

    // Fewer queries than this do not repay packing the keys and values: benchmarks/results/thresholds.md.
    internal const int MinPackedQueries = 16;

    internal static readonly RowKernel Scores = RowKernel.Of<AttentionScores>("attention_f32_scores");

    /// <summary>Computes attention, see <see cref="AttentionArguments"/>.</summary>
    /// <param name="arguments">What to compute.</param>
    /// <param name="maxThreads">The most threads to use.</param>
    public static void Run(in AttentionArguments arguments, int maxThreads = 1)
    {
        AttentionArguments a = arguments;
        KernelAssert.NotNegative(a.Batch);
        KernelAssert.NotNegative(a.Heads);
        Debug.Assert(a.Heads == 0 || (a.KeyHeads > 0 && a.Heads % a.KeyHeads == 0), "key heads that divide the query heads");
        if (a.Batch == 0 || a.Heads == 0 || a.QueryLength == 0)
        {
            return;
        }

        KernelAssert.Matrix(a.Query, a.QueryLength, a.HeadSize, a.QueryStride);
        KernelAssert.Matrix(a.Key, a.KeyLength, a.HeadSize, a.KeyStride);
        KernelAssert.Matrix(a.Value, a.KeyLength, a.ValueSize, a.ValueStride);
        KernelAssert.Matrix(a.Output, a.QueryLength, a.ValueSize, a.OutputStride);
        if (a.KeyLength == 0)
        {
            Clear(in a);
            return;
        }

        long work = (long)a.Batch * a.Heads * a.QueryLength * a.KeyLength * (a.HeadSize + a.ValueSize);
        int threads = work >= GemmF32Driver.ParallelWork ? maxThreads : 1;
        nint count = MaskedKeys.Count(in a);
        using var gaps = new AlignedScratch<float>(a.Gaps == null ? count : 0);
        var masked = new MaskedKeys(&a, a.Gaps == null ? gaps.Pointer : a.Gaps);
        if (count > 0 && a.Gaps == null)
        {
            masked.Find(threads);
        }

        int heads = a.Batch * a.Heads;
        var call = new Call { Arguments = &a, Masked = count > 0 ? &masked : null, Parts = 1 };
        if (heads < threads && a.QueryLength >= MinPackedQueries)
        {
            // Each part packs the keys and values of its head, at the price of about one row of tiles.
            call.Parts = Math.Min((threads + heads - 1) / heads, (a.QueryLength + QueryBlock - 1) / QueryBlock);
        }

        WorkerPool.Run(heads * call.Parts, &RunHead, &call, threads);
    }

    // Without keys there is nothing to add up.
    private static void Clear(in AttentionArguments a)
    {
        for (int batch = 0; batch < a.Batch; batch++)
        {
            for (int head = 0; head < a.Heads; head++)
            {
                for (int i = 0; i < a.QueryLength; i++)
                {
                    new Span<float>(a.Output + (batch * a.OutputBatchStride) + (head * a.OutputHeadStride) + (i * a.OutputStride), a.ValueSize).Clear();
                }
            }
        }
    }

    private static void RunHead(void* state, int index)
    {
        var call = (Call*)state;
        RunHead(in *call->Arguments, call->Masked, index, call->Parts, call->Arguments->QueryLength >= MinPackedQueries);
    }

    /// <summary>Every <paramref name="parts"/>-th block of a head's queries: causal ones grow.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void RunHead(in AttentionArguments a, MaskedKeys* masked, int index, int parts, bool packed)
    {
        (int slice, int part) = (index / parts, index % parts);
        int batch = slice / a.Heads;
        int head = slice % a.Heads;
        int keyHead = head * a.KeyHeads / a.Heads;
        float* q = a.Query + (batch * a.QueryBatchStride) + (head * a.QueryHeadStride);
        float* k = a.Key + (batch * a.KeyBatchStride) + (keyHead * a.KeyHeadStride);
        float* v = a.Value + (batch * a.ValueBatchStride) + (keyHead * a.ValueHeadStride);
        float* y = a.Output + (batch * a.OutputBatchStride) + (head * a.OutputHeadStride);
        float* mask = a.Mask == null ? null : a.Mask + (batch * a.MaskBatchStride) + (head * a.MaskHeadStride);
        KeyBlocks* blocks = a.Blocks;
        GemmF32Kernel kernel = GemmF32Kernels.Best;
        nint storedKeys = (a.KeyLength + kernel.Lanes - 1) / kernel.Lanes * kernel.Lanes;
        nint storedValues = (a.ValueSize + kernel.Lanes - 1) / kernel.Lanes * kernel.Lanes;
        using var keys = new AlignedScratch<float>(packed ? storedKeys * a.HeadSize : 0);
        using var values = new AlignedScratch<float>(packed ? storedValues * a.KeyLength : 0);
        // Rows an odd number of cache lines apart: powers of two would fall on few sets of the first-level cache.
        nint stride = nint.Min(KeyBlock, storedKeys) / 16 * 16;
        stride += (stride & 16) == 0 ? 16 : 32;
        using var scores = new AlignedScratch<float>(QueryBlock * stride);
        int keyBlocks = blocks == null ? 0 : (a.KeyLength + blocks->Size - 1) / blocks->Size;
        using var seen = new AlignedScratch<ulong>(keyBlocks);
        using var tile = new AlignedScratch<float>(blocks == null ? 0 : QueryBlock * stride);
        if (packed)
        {
            GemmF32Packing.PackPanels(k, a.KeyStride, true, a.HeadSize, a.KeyLength, 1f, kernel.PanelColumns, kernel.Lanes, keys.Pointer);
            GemmF32Packing.PackPanels(v, a.ValueStride, false, a.KeyLength, a.ValueSize, 1f, kernel.PanelColumns, kernel.Lanes, values.Pointer);
        }

        int granule = packed ? kernel.PanelColumns : 1;
        float keySize = masked == null ? 0 : MaskedKeys.Largest(k, a.KeyStride, a.KeyLength, a.HeadSize);
        ScoreJob job = default;
        float* max = stackalloc float[QueryBlock];
        float* sum = stackalloc float[QueryBlock];
        job.Max = max;
        job.Sum = sum;
        job.Scores = scores.Pointer;
        job.ScoreStride = stride;
        job.Scale = a.Scale;
        job.Softcap = a.Softcap;
        job.Window = a.Window;
        job.OutputStride = a.OutputStride;
        job.ValueSize = a.ValueSize;
        var work = default(WorkCounter);
        for (int i = 0, rows, at = 0; i < a.QueryLength; i += rows, at++)
        {
            int position = i + a.CausalOffset;
            rows = Math.Min(blocks == null ? QueryBlock : blocks->QueriesAt(position, QueryBlock), a.QueryLength - i);
            KernelAssert.AtMost(rows, QueryBlock);
            if (at % parts != part)
            {
                continue;
            }

            new Span<float>(max, rows).Fill(a.Sinks == null ? float.NegativeInfinity : a.Sinks[head * a.SinkHeadStride]);
            new Span<float>(sum, rows).Fill(a.Sinks == null ? 0f : 1f);
            job.Output = y + (i * a.OutputStride);
            // The last key that the block's last query sees ends the walk; the first one that its first query sees begins it.
            int end = a.Causal ? Math.Clamp(position + rows, 1, a.KeyLength) : a.KeyLength;
            int start = a.Window == 0 ? 0 : Math.Clamp(Math.Min(position + 1, a.KeyLength) - a.Window, 0, end - 1) / granule * granule;
            float* gaps = masked == null ? null : masked->Gaps(batch, head, i / QueryBlock);
            float limit = gaps == null ? 0 : MaskedKeys.Limit(MaskedKeys.Largest(q + (i * a.QueryStride), a.QueryStride, rows, a.HeadSize), keySize, a.Scale);
            if (blocks != null)
            {
                blocks->See(head, position, rows, seen.Pointer, keyBlocks);
            }

            job.First = true;
            int count;
            for (int j = start; j < end; j += count)
            {
                count = blocks != null ? blocks->Next(seen.Pointer, granule, ref j, end, KeyBlock)
                    : gaps != null ? MaskedKeys.Next(gaps, limit, ref j, end, KeyBlock) : Math.Min(KeyBlock, end - j);
                if (count == 0)
                {
                    break;
                }

                work.Add((long)rows * count * (a.HeadSize + a.ValueSize + SoftmaxMacs) / WorkCounter.MultiplyAdds);
                // Whole panels, the padding of the last one too: its columns, and those after a causal end, are not read.
                int whole = (int)nint.Min(storedKeys - j, (count + kernel.PanelColumns - 1) / kernel.PanelColumns * kernel.PanelColumns);
                Multiply(
                    kernel, q + (i * a.QueryStride), a.QueryStride, rows, packed ? keys.Pointer + ((nint)j * a.HeadSize) : null,
                    k + (j * a.KeyStride), a.KeyStride, packed ? whole : count, a.HeadSize, scores.Pointer, stride);
                job.Columns = count;
                job.Left = a.KeyLength - j;
                job.Mask = mask == null ? null : mask + (i * a.MaskQueryStride) + j;
                job.MaskStride = a.MaskQueryStride;
                if (blocks != null)
                {
                    job.Mask = blocks->Hide(seen.Pointer, position, rows, j, count, tile.Pointer, stride) ? tile.Pointer : null;
                    job.MaskStride = stride;
                }

                job.Visible = a.Causal ? position - j + 1 : int.MaxValue / 2;
                job.VisibleStep = a.Causal ? 1 : 0;
                Scores.Best(&job, 0, rows);
                Accumulate(in a, kernel, scores.Pointer, stride, rows, count, j, !job.First, packed ? values.Pointer : null, v, job.Output);
                job.First = false;
            }

            for (int r = 0; r < rows; r++)
            {
                float* to = job.Output + (r * a.OutputStride);
                if (job.First)
                {
                    new Span<float>(to, a.ValueSize).Clear();
                }

                Elementwise.Binary.RunScalarRight(Elementwise.BinaryKind.Mul, to, 1f / sum[r], to, a.ValueSize);
            }
        }
    }

    // scores[rows, count] = q × kᵀ.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply(
        GemmF32Kernel kernel, float* q, nint ldq, int rows, float* packed, float* k, nint ldk, int count, int depth, float* scores, nint stride)
    {
        if (packed == null)
        {
            GemmF32Unpacked.Run(kernel, q, ldq, false, k, ldk, true, scores, stride, rows, count, depth, 1f, default, 1);
            return;
        }

        GemmF32Job job = default;
        job.A = q;
        job.Lda = ldq;
        job.B = packed;
        job.C = scores;
        job.Ldc = stride;
        job.M = rows;
        job.N = count;
        job.K = depth;
        GemmF32Driver.Run(ref job, kernel, 1);
    }

    // y (+)= p × v for keys first … first + count − 1; each panel of values spans all keys.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Accumulate(
        in AttentionArguments a, GemmF32Kernel kernel, float* p, nint stride, int rows, int count, int first, bool accumulate, float* packed, float* v, float* y)
    {
        var epilogue = new GemmEpilogue { Accumulate = accumulate };
        if (packed == null)
        {
            GemmF32Unpacked.Run(
                kernel, p, stride, false, v + (first * a.ValueStride), a.ValueStride, false, y, a.OutputStride, rows, a.ValueSize, count,
                1f, in epilogue, 1);
            return;
        }

        for (int n = 0; n < a.ValueSize; n += kernel.PanelColumns)
        {
            int columns = Math.Min(kernel.PanelColumns, a.ValueSize - n);
            int stored = (columns + kernel.Lanes - 1) / kernel.Lanes * kernel.Lanes;
            GemmF32Job job = default;
            job.A = p;
            job.Lda = stride;
            job.B = packed + ((nint)n * a.KeyLength) + ((nint)first * stored);
            job.C = y + n;
            job.Ldc = a.OutputStride;
            job.M = rows;
            job.N = columns;
            job.K = count;
            job.Epilogue = epilogue;
            GemmF32Driver.Run(ref job, kernel, 1);
        }
    }

    private struct Call
    {
        public AttentionArguments* Arguments;
        public MaskedKeys* Masked;
        public int Parts;
    }
}
