using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Inference.Kernels.Memory;

namespace Inference.Kernels.Trees;

/// <summary>
/// Trees of at most 64 leaves, all decisions of a tree evaluated for sixteen rows at once. A row's leaves are the bits of one or two
/// words, the leftmost leaf highest; a decision that a row fails (x &gt; t) clears the leaves below its left child, and the highest bit
/// that stays is the leaf reached. Source: Lucchese et al., QuickScorer, SIGIR 2015.
/// </summary>
internal sealed unsafe class TreeBitvectors : IDisposable
{
    /// <summary>Rows of a vector.</summary>
    public const int Lanes = TileLimits.Lanes;

    /// <summary>Leaves of a word.</summary>
    public const int WordLeaves = 32;

    // Leaves of two words; QuickScorer's cost grows with a tree's decisions, a walk's with its depth.
    private const int MaxLeaves = 2 * WordLeaves;

    // Fewer rows than this in a block cost more than walks.
    private readonly nint _minRows;
    private readonly NativeBuffer _nodes;
    private readonly NativeBuffer _trees;
    private readonly NativeBuffer _payloads;
    private readonly NativeBuffer _weights;
    private readonly int[] _features;
    private readonly int _treeCount;
    private readonly int _targets;

    private TreeBitvectors(TreeBitvectorBuilder built)
    {
        _nodes = Copy<TreeBitNode>(CollectionsMarshal.AsSpan(built.Nodes));
        _trees = Copy<TreeBitTree>(CollectionsMarshal.AsSpan(built.Trees));
        _payloads = Copy<int>(CollectionsMarshal.AsSpan(built.Payloads));
        _weights = Copy<float>(CollectionsMarshal.AsSpan(built.Weights));
        _features = [.. built.Features];
        _treeCount = built.Trees.Count;
        _targets = built.Targets;
        _minRows = Math.Clamp(built.Nodes.Count / Math.Max(1, built.Steps), 2, Lanes);
    }

    public static bool IsSupported => Avx512F.IsSupported && Avx512CD.IsSupported && Avx512DQ.IsSupported;

    /// <summary>Null where the machine or the trees do not allow it.</summary>
    public static TreeBitvectors? Create(TreeEnsembleData data, TreeLayout layout, TreeWalker weights)
    {
        if (!IsSupported)
        {
            return null;
        }

        var builder = new TreeBitvectorBuilder(data, layout, weights, MaxLeaves);
        return builder.Build() ? new TreeBitvectors(builder) : null;
    }

    /// <summary>Sums the leaves of the first rows into <paramref name="scores"/>; returns how many rows it took.</summary>
    public nint Run(float* x, nint stride, nint rows, float* scores)
    {
        if (rows < _minRows)
        {
            return 0;
        }

        using var scratch = new AlignedScratch<float>((_features.Length + _targets) * Lanes);
        float* columns = scratch.Pointer;
        float* sums = columns + (_features.Length * Lanes);
        nint r = 0;
        for (; rows - r >= _minRows; r += Lanes)
        {
            nint count = nint.Min(Lanes, rows - r);
            Columns(x + (r * stride), stride, count, columns);
            new Span<float>(sums, _targets * Lanes).Clear();
            Sum(columns, sums);
            for (nint i = 0; i < count; i++)
            {
                for (int t = 0; t < _targets; t++)
                {
                    scores[((r + i) * _targets) + t] = sums[(t * Lanes) + i];
                }
            }
        }

        return nint.Min(r, rows);
    }

    public void Dispose()
    {
        _nodes.Dispose();
        _trees.Dispose();
        _payloads.Dispose();
        _weights.Dispose();
    }

    private static NativeBuffer Copy<T>(Span<T> source)
        where T : unmanaged
    {
        var buffer = new NativeBuffer((nint)source.Length * sizeof(T));
        source.CopyTo(new Span<T>(buffer.Pointer, source.Length));
        return buffer;
    }

    // The features that decisions read, sixteen rows side by side; missing rows repeat the last.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Columns(float* x, nint stride, nint count, float* columns)
    {
        int[] features = _features;
        for (nint lane = 0; lane < Lanes; lane++)
        {
            float* row = x + (nint.Min(lane, count - 1) * stride);
            float* to = columns + lane;
            for (int i = 0; i < features.Length; i++, to += Lanes)
            {
                *to = row[features[i]];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Sum(float* columns, float* sums)
    {
        TreeBitNode* node = (TreeBitNode*)_nodes.Pointer;
        TreeBitTree* tree = (TreeBitTree*)_trees.Pointer;
        int* payload = (int*)_payloads.Pointer;
        float* weights = (float*)_weights.Pointer;
        for (int t = 0; t < _treeCount; t++, tree++)
        {
            TreeBitNode* ordered = node + tree->SmallOnMissing;
            TreeBitNode* end = node + tree->Nodes;
            Vector512<uint> high = Vector512<uint>.AllBitsSet;
            if (tree->Words == 1)
            {
                for (; node < ordered; node++)
                {
                    Vector512<float> fails = Avx512F.CompareGreaterThan(Vector512.Load((float*)((byte*)columns + node->Column)), Vector512.Create(node->Threshold));
                    high = Vector512.ConditionalSelect(fails.AsUInt32(), high & Vector512.Create(node->High), high);
                }

                for (; node < end; node++)
                {
                    Vector512<float> fails = Avx512F.CompareNotLessThanOrEqual(Vector512.Load((float*)((byte*)columns + node->Column)), Vector512.Create(node->Threshold));
                    high = Vector512.ConditionalSelect(fails.AsUInt32(), high & Vector512.Create(node->High), high);
                }

                Vector512<int> leaf = Avx512CD.LeadingZeroCount(high).AsInt32();
                for (int p = 0; p < tree->Payloads; p++, payload++, weights += WordLeaves)
                {
                    Vector512<float> add = Avx512F.PermuteVar16x32x2(Vector512.Load(weights), leaf, Vector512.Load(weights + Lanes));
                    Add(sums + (*payload * Lanes), add);
                }

                continue;
            }

            Vector512<uint> low = Vector512<uint>.AllBitsSet;
            for (; node < ordered; node++)
            {
                Vector512<float> fails = Avx512F.CompareGreaterThan(Vector512.Load((float*)((byte*)columns + node->Column)), Vector512.Create(node->Threshold));
                high = Vector512.ConditionalSelect(fails.AsUInt32(), high & Vector512.Create(node->High), high);
                low = Vector512.ConditionalSelect(fails.AsUInt32(), low & Vector512.Create(node->Low), low);
            }

            for (; node < end; node++)
            {
                Vector512<float> fails = Avx512F.CompareNotLessThanOrEqual(Vector512.Load((float*)((byte*)columns + node->Column)), Vector512.Create(node->Threshold));
                high = Vector512.ConditionalSelect(fails.AsUInt32(), high & Vector512.Create(node->High), high);
                low = Vector512.ConditionalSelect(fails.AsUInt32(), low & Vector512.Create(node->Low), low);
            }

            // A permutation reads the low five bits of an index.
            Vector512<uint> second = Vector512.Equals(high, Vector512<uint>.Zero);
            Vector512<int> place = Avx512CD.LeadingZeroCount(Vector512.ConditionalSelect(second, low, high)).AsInt32();
            for (int p = 0; p < tree->Payloads; p++, payload++, weights += MaxLeaves)
            {
                Vector512<float> first = Avx512F.PermuteVar16x32x2(Vector512.Load(weights), place, Vector512.Load(weights + Lanes));
                Vector512<float> other = Avx512F.PermuteVar16x32x2(Vector512.Load(weights + (2 * Lanes)), place, Vector512.Load(weights + (3 * Lanes)));
                Add(sums + (*payload * Lanes), Vector512.ConditionalSelect(second.AsSingle(), other, first));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(float* sum, Vector512<float> add) => Vector512.Store(Avx512F.Add(Vector512.Load(sum), add), sum);
}
