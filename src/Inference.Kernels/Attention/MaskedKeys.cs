using System.Numerics.Tensors;
using Inference.Kernels.Simd;
using Inference.Kernels.Threading;

namespace Inference.Kernels.Attention;

/// <summary>
/// Which keys a block of queries needs, in units of keys. A unit is left out where its terms are 0 in f32 for every query of the block: e^(s + m − max) with |s| within a bound and a mask m far below another key's. Whether a mask hides so much is found once for
/// all heads that share it; the bound is the heads' own. A score that is not finite leaves nothing out.
/// </summary>
internal unsafe struct MaskedKeys
{
    /// <summary>The keys of a unit: whole panels of every kernel.</summary>
    public const int Unit = TileLimits.PanelColumns;

    /// <summary>Keys from which hidden ones are looked for.</summary>
    public const int LeastKeys = 4 * Unit;

    // e^x is 0 in f32 below −103.98.
    private const float Vanishes = -105f;

    // What a score may be above its bound by rounding.
    private const float Rounding = 1.01f;

    private readonly AttentionArguments* _a;
    private readonly int _blocks;
    private readonly int _units;
    private readonly int _heads;
    private readonly float* _gaps;

    /// <param name="a">What is computed.</param>
    /// <param name="gaps">Room for <see cref="Count"/> numbers, or what <see cref="Find"/> wrote there.</param>
    public MaskedKeys(AttentionArguments* a, float* gaps)
    {
        _a = a;
        _gaps = gaps;
        _blocks = Blocks(a->QueryLength, AttentionF32.QueryBlock);
        _units = Blocks(a->KeyLength, Unit);
        _heads = a->MaskHeadStride == 0 ? 1 : a->Heads;
    }

    /// <summary>How many numbers an attention needs; 0 if no key is to be left out.</summary>
    public static nint Count(in AttentionArguments a) =>
        a.Mask == null || a.Causal || a.KeyLength < LeastKeys || a.QueryLength < AttentionF32.MinPackedQueries ? 0
        : (nint)(a.MaskBatchStride == 0 ? 1 : a.Batch) * (a.MaskHeadStride == 0 ? 1 : a.Heads) * Blocks(a.QueryLength, AttentionF32.QueryBlock) * Blocks(a.KeyLength, Unit);

    /// <summary>Reads the masks.</summary>
    /// <param name="maxThreads">The most threads to use.</param>
    public void Find(int maxThreads)
    {
        int slices = (_a->MaskBatchStride == 0 ? 1 : _a->Batch) * _heads;
        fixed (MaskedKeys* self = &this)
        {
            WorkerPool.Run(slices * _blocks, &Read, self, (long)slices * _a->QueryLength * _a->KeyLength >= RowKernel.ParallelWork ? maxThreads : 1);
        }
    }

    /// <summary>For each unit of a block of queries, how far the mask lies below the row's largest, at least; null if nothing is hidden.</summary>
    public readonly float* Gaps(int batch, int head, int block)
    {
        int slice = ((_a->MaskBatchStride == 0 ? 0 : batch) * _heads) + (_a->MaskHeadStride == 0 ? 0 : head);
        float* gaps = _gaps + (((nint)slice * _blocks) + block) * _units;
        return float.IsPositiveInfinity(gaps[0]) ? null : gaps;
    }

    /// <summary>The gap beyond which terms vanish, for a block of queries and all keys of a head.</summary>
    /// <param name="queries">The queries' <see cref="Largest"/>.</param>
    /// <param name="keys">The keys'.</param>
    /// <param name="scale">The factor of the scores.</param>
    public static float Limit(float queries, float keys, float scale) => Vanishes - (2 * Rounding * MathF.Abs(scale) * queries * keys);

    /// <summary>The largest Euclidean length of the rows of x[rows, size]; NaN if one is.</summary>
    public static float Largest(float* x, nint stride, int rows, int size)
    {
        float largest = 0;
        for (int row = 0; row < rows; row++)
        {
            // NaN stays.
            largest = MathF.Max(largest, TensorPrimitives.SumOfSquares(new ReadOnlySpan<float>(x + (row * stride), size)));
        }

        return MathF.Sqrt(largest);
    }

    /// <summary>Finds the next run of keys that are needed, at most <paramref name="most"/>.</summary>
    /// <param name="gaps">Of the block of queries.</param>
    /// <param name="limit">The head's limit.</param>
    /// <param name="first">Where to look from; receives the first key.</param>
    /// <param name="end">The keys.</param>
    /// <param name="most">A multiple of <see cref="Unit"/>.</param>
    /// <returns>The number of keys; 0 if there are no more.</returns>
    public static int Next(float* gaps, float limit, ref int first, int end, int most)
    {
        while (first < end && gaps[first / Unit] < limit)
        {
            first += Unit;
        }

        first = Math.Min(first, end);
        int last = first;
        while (last < end && last - first < most && !(gaps[last / Unit] < limit))
        {
            last += Unit;
        }

        return Math.Min(last, end) - first;
    }

    private static int Blocks(int count, int size) => (count + size - 1) / size;

    private static void Read(void* state, int index) => ((MaskedKeys*)state)->Read(index);

    // All rows of a block must hide a unit: where the first hides nothing, the others are not read.
    private readonly void Read(int index)
    {
        (int slice, int block) = (index / _blocks, index % _blocks);
        float* gaps = _gaps + ((nint)index * _units);
        new Span<float>(gaps, _units).Fill(float.NegativeInfinity);
        float* mask = _a->Mask + ((slice / _heads) * _a->MaskBatchStride) + ((slice % _heads) * _a->MaskHeadStride);
        int end = Math.Min((block + 1) * AttentionF32.QueryBlock, _a->QueryLength);
        int rows = _a->MaskQueryStride == 0 ? Math.Min(end, (block * AttentionF32.QueryBlock) + 1) : end;
        bool hides = true;
        for (int row = block * AttentionF32.QueryBlock; row < rows && hides; row++)
        {
            hides = Lower(mask + (row * _a->MaskQueryStride), gaps);
        }

        if (!hides)
        {
            gaps[0] = float.PositiveInfinity;
        }
    }

    // Raises each gap to this row's; whether any is still so low that terms may vanish.
    private readonly bool Lower(float* row, float* gaps)
    {
        float largest = TensorPrimitives.Max(new ReadOnlySpan<float>(row, _a->KeyLength));
        bool hides = false;
        for (int unit = 0; unit < _units; unit++)
        {
            if (gaps[unit] < Vanishes)
            {
                int first = unit * Unit;
                // NaN where both are −∞: nothing is left out of a row that sees nothing.
                float gap = TensorPrimitives.Max(new ReadOnlySpan<float>(row + first, Math.Min(Unit, _a->KeyLength - first))) - largest;
                gaps[unit] = float.IsNaN(gap) ? 0f : MathF.Max(gaps[unit], gap);
                hides |= gaps[unit] < Vanishes;
            }
        }

        return hides;
    }
}
