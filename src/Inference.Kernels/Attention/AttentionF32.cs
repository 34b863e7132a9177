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
/// blocks gave (online softmax). Thread-safe. A row whose scores are all −∞ gives NaN. Source: ONNX Attention, opset 23.
/// </summary>
internal static unsafe class AttentionF32
{
    // Multiply-adds in the time that the exponential of a score takes, about 2 ns: for the looks at the clock.
    private const int SoftmaxMacs = 2 * WorkCounter.MultiplyAdds;

    // Scores of a block of queries take 96 KB; with a panel of keys they stay in the second-level cache.
    private const int QueryBlock = TileLimits.RowBlock;
    private const int KeyBlock = 512;

    // Fewer queries than this do not repay packing the keys and values: benchmarks/results/thresholds.md.
    internal const int MinPackedQueries = 16;

    internal static readonly RowKernel Scores = RowKernel.Of<ScoreBody>("attention_f32_scores");

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
        nint count = a.QueryLength >= MinPackedQueries ? MaskedKeys.Count(in a, QueryBlock) : 0;
        using var gaps = new AlignedScratch<float>(count);
        var masked = new MaskedKeys(&a, QueryBlock, gaps.Pointer);
        if (count > 0)
        {
            masked.Find(threads);
        }

        var call = new Call { Arguments = &a, Masked = count > 0 ? &masked : null };
        WorkerPool.Run(a.Batch * a.Heads, &RunHead, &call, threads);
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
        RunHead(in *call->Arguments, call->Masked, index, call->Arguments->QueryLength >= MinPackedQueries);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void RunHead(in AttentionArguments a, MaskedKeys* masked, int index, bool packed)
    {
        int batch = index / a.Heads;
        int head = index % a.Heads;
        int keyHead = head * a.KeyHeads / a.Heads;
        float* q = a.Query + (batch * a.QueryBatchStride) + (head * a.QueryHeadStride);
        float* k = a.Key + (batch * a.KeyBatchStride) + (keyHead * a.KeyHeadStride);
        float* v = a.Value + (batch * a.ValueBatchStride) + (keyHead * a.ValueHeadStride);
        float* y = a.Output + (batch * a.OutputBatchStride) + (head * a.OutputHeadStride);
        float* mask = a.Mask == null ? null : a.Mask + (batch * a.MaskBatchStride) + (head * a.MaskHeadStride);
        GemmF32Kernel kernel = GemmF32Kernels.Best;
        nint storedKeys = (a.KeyLength + kernel.Lanes - 1) / kernel.Lanes * kernel.Lanes;
        nint storedValues = (a.ValueSize + kernel.Lanes - 1) / kernel.Lanes * kernel.Lanes;
        using var keys = new AlignedScratch<float>(packed ? storedKeys * a.HeadSize : 0);
        using var values = new AlignedScratch<float>(packed ? storedValues * a.KeyLength : 0);
        // Rows an odd number of cache lines apart: powers of two would fall on few sets of the first-level cache.
        nint stride = nint.Min(KeyBlock, storedKeys) / 16 * 16;
        stride += (stride & 16) == 0 ? 16 : 32;
        using var scores = new AlignedScratch<float>(QueryBlock * stride);
        if (packed)
        {
            GemmF32Packing.PackPanels(k, a.KeyStride, true, a.HeadSize, a.KeyLength, 1f, kernel.PanelColumns, kernel.Lanes, keys.Pointer);
            GemmF32Packing.PackPanels(v, a.ValueStride, false, a.KeyLength, a.ValueSize, 1f, kernel.PanelColumns, kernel.Lanes, values.Pointer);
        }

        ScoreJob job = default;
        float* max = stackalloc float[QueryBlock];
        float* sum = stackalloc float[QueryBlock];
        job.Max = max;
        job.Sum = sum;
        job.Scores = scores.Pointer;
        job.ScoreStride = stride;
        job.Scale = a.Scale;
        job.OutputStride = a.OutputStride;
        job.ValueSize = a.ValueSize;
        var work = default(WorkCounter);
        for (int i = 0; i < a.QueryLength; i += QueryBlock)
        {
            int rows = Math.Min(QueryBlock, a.QueryLength - i);
            KernelAssert.AtMost(rows, QueryBlock);
            new Span<float>(max, rows).Fill(float.NegativeInfinity);
            new Span<float>(sum, rows).Clear();
            job.Output = y + (i * a.OutputStride);
            // The last key that the block's last query sees ends the walk.
            int end = a.Causal ? Math.Clamp(i + rows + a.KeyLength - a.QueryLength, 1, a.KeyLength) : a.KeyLength;
            float* gaps = masked == null ? null : masked->Gaps(batch, head, i / QueryBlock);
            float limit = gaps == null ? 0 : MaskedKeys.Limit(q + (i * a.QueryStride), a.QueryStride, rows, k, a.KeyStride, a.KeyLength, a.HeadSize, a.Scale);
            job.First = true;
            int count;
            for (int j = 0; j < end; j += count)
            {
                count = gaps == null ? Math.Min(KeyBlock, end - j) : MaskedKeys.Next(gaps, limit, ref j, end, KeyBlock);
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
                job.Mask = mask == null ? null : mask + (i * a.MaskQueryStride) + j;
                job.MaskStride = a.MaskQueryStride;
                job.Visible = a.Causal ? i + a.KeyLength - a.QueryLength - j + 1 : int.MaxValue / 2;
                job.VisibleStep = a.Causal ? 1 : 0;
                Scores.Best(&job, 0, rows);
                Accumulate(in a, kernel, scores.Pointer, stride, rows, count, j, !job.First, packed ? values.Pointer : null, v, job.Output);
                job.First = false;
            }

            for (int r = 0; r < rows; r++)
            {
                float* to = job.Output + (r * a.OutputStride);
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
    }

    internal struct ScoreJob
    {
        public float* Scores;
        public nint ScoreStride;
        public float* Mask;
        public nint MaskStride;
        public float* Max;
        public float* Sum;
        public float* Output;
        public nint OutputStride;
        public int ValueSize;
        public int Columns;
        public int Visible;
        public int VisibleStep;
        public bool First;
        public float Scale;
    }

    // One block of scores becomes e^(score − max); what earlier blocks gave is scaled to the new maximum.
    private readonly struct ScoreBody : IRowBody
    {
        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.AggressiveOptimization)]
        public static void Run<S, V>(void* state, nint first, nint end)
            where S : struct, ISimd<V>
            where V : struct
        {
            ref readonly ScoreJob job = ref *(ScoreJob*)state;
            for (nint r = first; r < end; r++)
            {
                float* x = job.Scores + (r * job.ScoreStride);
                float* mask = job.Mask == null ? null : job.Mask + (r * job.MaskStride);
                int count = (int)nint.Min(job.Columns, job.Visible + (r * job.VisibleStep));
                count = Math.Max(count, 0);
                float max = Shift<S, V>(x, mask, count, job.Scale, job.Max[r]);
                // With nothing but −∞ so far, all terms are 0 whatever is taken off.
                float sum = Exponentiate<S, V>(x, count, float.IsNegativeInfinity(max) ? 0f : max);
                if (count < job.Columns)
                {
                    new Span<float>(x + count, job.Columns - count).Clear();
                }

                if (!job.First && max != job.Max[r])
                {
                    float factor = MathF.Exp(job.Max[r] - max);
                    job.Sum[r] *= factor;
                    float* y = job.Output + (r * job.OutputStride);
                    for (int i = 0; i < job.ValueSize; i++)
                    {
                        y[i] *= factor;
                    }
                }

                job.Max[r] = max;
                job.Sum[r] += sum;
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static float Shift<S, V>(float* x, float* mask, int count, float scale, float max)
            where S : struct, ISimd<V>
            where V : struct
        {
            V best = S.Splat(max);
            int i = 0;
            for (; i <= count - S.Lanes; i += S.Lanes)
            {
                V s = S.Mul(S.Load(x + i), S.Splat(scale));
                s = mask == null ? s : S.Add(s, S.Load(mask + i));
                S.Store(x + i, s);
                best = S.Max(s, best);
            }

            int part = count - i;
            if (part > 0)
            {
                V s = S.Mul(S.LoadPart(x + i, part, float.NegativeInfinity), S.Splat(scale));
                s = mask == null ? s : S.Add(s, S.LoadPart(mask + i, part, 0f));
                S.StorePart(x + i, s, part);
                best = S.Max(S.LoadPart(x + i, part, float.NegativeInfinity), best);
            }

            return S.MaxAcross(best);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static float Exponentiate<S, V>(float* x, int count, float max)
            where S : struct, ISimd<V>
            where V : struct
        {
            V sums = S.Splat(0f);
            int i = 0;
            for (; i <= count - S.Lanes; i += S.Lanes)
            {
                V e = SimdMath.ExpNonPositive<S, V>(S.Sub(S.Load(x + i), S.Splat(max)));
                S.Store(x + i, e);
                sums = S.Add(sums, e);
            }

            int part = count - i;
            if (part > 0)
            {
                V e = SimdMath.ExpNonPositive<S, V>(S.Sub(S.LoadPart(x + i, part, float.NegativeInfinity), S.Splat(max)));
                S.StorePart(x + i, e, part);
                sums = S.Add(sums, e);
            }

            return S.Sum(sums);
        }
    }
}
