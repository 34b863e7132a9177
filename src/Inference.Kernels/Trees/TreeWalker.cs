using System.Runtime.CompilerServices;
using System.Numerics;

namespace Inference.Kernels.Trees;

/// <summary>Walks trees node by node, with every mode and with NaN: the reference, and the path for rows that need it.</summary>
internal sealed class TreeWalker
{
    private readonly TreeEnsembleData _data;
    private readonly int[] _placeOf;
    private readonly int[] _first;
    private readonly int[] _targets;
    private readonly double[] _weights;

    public TreeWalker(TreeEnsembleData data, TreeLayout layout)
    {
        _data = data;
        _placeOf = new int[data.Modes.Length];
        for (int i = 0; i < _placeOf.Length; i++)
        {
            _placeOf[i] = layout.PlaceOf(i);
        }

        // Weights sorted by the place of their leaf: those of place p are first[p] … first[p + 1] − 1.
        _first = new int[layout.Count + 1];
        for (int i = 0; i < data.WeightLeaves.Length; i++)
        {
            if ((uint)data.WeightTargets[i] >= (uint)data.TargetCount)
            {
                throw new ArgumentException(
                    $"Tree ensemble: weight {i} is for target {data.WeightTargets[i]}, but there are {data.TargetCount}. Check the target ids.");
            }

            int place = _placeOf[data.WeightLeaves[i]];
            if (place >= 0)
            {
                _first[place + 1]++;
            }
        }

        for (int p = 0; p < layout.Count; p++)
        {
            _first[p + 1] += _first[p];
        }

        _targets = new int[_first[layout.Count]];
        _weights = new double[_targets.Length];
        int[] at = (int[])_first.Clone();
        for (int i = 0; i < data.WeightLeaves.Length; i++)
        {
            int place = _placeOf[data.WeightLeaves[i]];
            if (place >= 0)
            {
                _targets[at[place]] = data.WeightTargets[i];
                _weights[at[place]++] = data.Weights[i];
            }
        }
    }

    /// <summary>Adds the weights of a leaf to the scores of its targets; nothing for other nodes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public unsafe void AddWeights(int place, float* scores)
    {
        for (int i = _first[place]; i < _first[place + 1]; i++)
        {
            scores[_targets[i]] += (float)_weights[i];
        }
    }

    /// <summary>Marks the targets that a leaf has weights for.</summary>
    public void MarkTargets(int place, Span<bool> targets)
    {
        for (int i = _first[place]; i < _first[place + 1]; i++)
        {
            targets[_targets[i]] = true;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Score<T>(ReadOnlySpan<T> x, Span<T> scores)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        TreeAggregation kind = _data.Aggregation;
        T none = kind == TreeAggregation.Min ? T.PositiveInfinity : kind == TreeAggregation.Max ? T.NegativeInfinity : T.Zero;
        scores.Fill(none);
        foreach (int root in _data.Roots)
        {
            int leaf = _placeOf[Walk(root, x)];
            for (int i = _first[leaf]; i < _first[leaf + 1]; i++)
            {
                ref T score = ref scores[_targets[i]];
                T weight = T.CreateTruncating(_weights[i]);
                score = kind switch
                {
                    TreeAggregation.Min => T.Min(score, weight),
                    TreeAggregation.Max => T.Max(score, weight),
                    _ => score + weight,
                };
            }
        }

        foreach (ref T score in scores)
        {
            score = kind == TreeAggregation.Average ? score / T.CreateTruncating(_data.Roots.Length)
                : kind != TreeAggregation.Sum && score == none ? T.Zero : score;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Walk<T>(int node, ReadOnlySpan<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        while (_data.Modes[node] != TreeNodeMode.Leaf)
        {
            T value = x[_data.Features[node]];
            T threshold = T.CreateTruncating(_data.Thresholds[node]);
            bool holds = _data.Modes[node] switch
            {
                TreeNodeMode.LessOrEqual => value <= threshold,
                TreeNodeMode.Less => value < threshold,
                TreeNodeMode.GreaterOrEqual => value >= threshold,
                TreeNodeMode.Greater => value > threshold,
                TreeNodeMode.Equal => value == threshold,
                _ => value != threshold,
            };
            holds |= T.IsNaN(value) && _data.MissingTracksTrue is { } missing && missing[node];
            node = holds ? _data.TrueChildren[node] : _data.FalseChildren[node];
        }

        return node;
    }
}
