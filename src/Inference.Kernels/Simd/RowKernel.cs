using System.Runtime.Intrinsics;
using Inference.Kernels.Threading;

namespace Inference.Kernels.Simd;

/// <summary>The variants of a row kernel, best first, and its run over threads.</summary>
internal sealed unsafe class RowKernel
{
    private readonly IsaTier _bestTier;

    private RowKernel(string family, Variant[] variants)
    {
        Family = family;
        Variants = variants;
        Variant best = Array.Find(variants, v => v.Supported);
        Best = best.Body;
        _bestTier = best.Tier;
    }

    // 8 element operations a nanosecond, which additions reach; a tangent takes ten times as long, so its jobs could be shared earlier.
    internal const long ParallelWork = 8 * WorkerPool.SharedNanoseconds;

    // Element operations between two looks at the clock, a millisecond or a few.
    private const long BlockWork = 4 << 20;

    public string Family { get; }

    public Variant[] Variants { get; }

    public delegate*<void*, nint, nint, void> Best { get; }

    public static RowKernel Of<TBody>(string family)
        where TBody : struct, IRowBody => new(
        family,
        [
            new(IsaTier.Avx512, Simd512.IsSupported, &TBody.Run<Simd512, Vector512<float>>),
            new(IsaTier.Avx2, Simd256.IsSupported, &TBody.Run<Simd256, Vector256<float>>),
            new(IsaTier.AdvSimd, Simd128.IsSupported, &TBody.Run<Simd128, Vector128<float>>),
            new(IsaTier.Scalar, true, &TBody.Run<Simd1, float>),
        ]);

    /// <summary>The variants of a body over 8-bit or s32 numbers.</summary>
    public static RowKernel OfInts<TBody>(string family)
        where TBody : struct, IIntBody => Of(
        family,
        [
            new(IsaTier.Avx512, Simd512.IsSupported, &TBody.Run<Simd512, Vector512<float>>),
            new(IsaTier.Avx2, Simd256.IsSupported, &TBody.Run<Simd256, Vector256<float>>),
            new(IsaTier.AdvSimd, Simd128.IsSupported, &TBody.Run<Simd128, Vector128<float>>),
            new(IsaTier.Scalar, true, &TBody.Run<Simd1, float>),
        ]);

    /// <summary>The variants of a body that only vectors have: on a machine without them there is none.</summary>
    public static RowKernel OfVectors<TBody>(string family)
        where TBody : struct, IRowBody => Of(family, Of<TBody>(family).Variants[..^1]);

    /// <summary>A kernel of given variants, best first; the last runs everywhere.</summary>
    public static RowKernel Of(string family, Variant[] variants) => new(family, variants);

    /// <summary>The best variant of at most a tier.</summary>
    public delegate*<void*, nint, nint, void> Within(IsaTier limit)
    {
        if (limit >= _bestTier)
        {
            return Best;
        }

        int i = 0;
        while (!Variants[i].Supported || Variants[i].Tier > limit)
        {
            i++;
        }

        return Variants[i].Body;
    }

    /// <summary>The best variant of at most a tier whose vectors have at most so many lanes; else the last.</summary>
    public ref readonly Variant Fitting(IsaTier limit, nint lanes)
    {
        int i = 0;
        while (i < Variants.Length - 1 && (!Variants[i].Supported || Variants[i].Tier > limit || Variants[i].Lanes > lanes))
        {
            i++;
        }

        return ref Variants[i];
    }

    /// <summary>The body whose vectors have so many lanes; null if there is none here.</summary>
    public delegate*<void*, nint, nint, void> OfLanes(int lanes)
    {
        foreach (ref readonly Variant v in Variants.AsSpan())
        {
            if (v.Supported && v.Lanes == lanes)
            {
                return v.Body;
            }
        }

        return null;
    }

    /// <summary>Runs the best variant; in parallel when <paramref name="work"/> elements are many.</summary>
    public void Run(void* job, nint rows, long work, int maxThreads)
    {
        KernelAssert.NotNegative(rows);
        bool serial = maxThreads <= 1 || work < ParallelWork;
        if (rows < 2 || (serial && work < BlockWork))
        {
            Best(job, 0, rows);
            return;
        }

        // A run is stopped between blocks.
        long count = Math.Max(serial ? 1 : (long)WorkerPool.BlocksPerThread * maxThreads, work / BlockWork);
        var action = new Blocks { Body = Best, Job = job, Rows = rows, Count = (int)nint.Min(rows, (nint)Math.Min(count, JobSlot.MaxBlocks)) };
        WorkerPool.Run(action.Count, ref action, serial ? 1 : maxThreads);
    }

    /// <summary>Adds the rows; <paramref name="chosen"/> states whether the family has a better one elsewhere.</summary>
    public void Describe(List<KernelRow> to, bool chosen = false)
    {
        foreach (Variant v in Variants)
        {
            chosen = KernelRow.Add(to, Family, $"{Family}_{v.Tile ?? SimdNames.Of(v.Tier)}", v.Tier, v.Supported, (nint)v.Body, chosen);
        }
    }

    internal readonly struct Variant(IsaTier tier, bool supported, delegate*<void*, nint, nint, void> body, string? tile = null)
    {
        public IsaTier Tier { get; } = tier;

        public bool Supported { get; } = supported;

        /// <summary>Lanes of f32 of its tier's vectors.</summary>
        public int Lanes { get; } = SimdNames.Lanes(tier);

        public delegate*<void*, nint, nint, void> Body { get; } = body;

        /// <summary>Tile and ISA part of its name, if they differ from those of <see cref="SimdNames"/>.</summary>
        public string? Tile { get; } = tile;
    }

    private struct Blocks : IBlockAction
    {
        public delegate*<void*, nint, nint, void> Body;
        public void* Job;
        public nint Rows;
        public int Count;

        public readonly void Invoke(int block) => Body(Job, (nint)((long)Rows * block / Count), (nint)((long)Rows * (block + 1) / Count));
    }
}
