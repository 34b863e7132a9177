using Inference.Kernels.Trees;

namespace Inference.Kernels.Tests.Trees;

/// <summary>Random ensembles and their formula.</summary>
internal static class TreeForest
{
    /// <summary>The scores of one row, in f32 in the order of the trees.</summary>
    public static float[] Expected(TreeEnsembleData d, float[] x)
    {
        float none = d.Aggregation == TreeAggregation.Min ? float.PositiveInfinity : d.Aggregation == TreeAggregation.Max ? float.NegativeInfinity : 0f;
        float[] y = [.. Enumerable.Repeat(none, d.TargetCount)];
        foreach (int root in d.Roots)
        {
            int n = root;
            while (d.Modes[n] != TreeNodeMode.Leaf)
            {
                float v = x[d.Features[n]];
                float t = (float)d.Thresholds[n];
                bool go = d.Modes[n] switch
                {
                    TreeNodeMode.LessOrEqual => v <= t,
                    TreeNodeMode.Less => v < t,
                    TreeNodeMode.GreaterOrEqual => v >= t,
                    TreeNodeMode.Greater => v > t,
                    TreeNodeMode.Equal => v == t,
                    _ => v != t,
                };
                n = go || (float.IsNaN(v) && d.MissingTracksTrue is { } tracks && tracks[n]) ? d.TrueChildren[n] : d.FalseChildren[n];
            }

            for (int i = 0; i < d.WeightLeaves.Length; i++)
            {
                if (d.WeightLeaves[i] == n)
                {
                    float w = (float)d.Weights[i];
                    ref float s = ref y[d.WeightTargets[i]];
                    s = d.Aggregation == TreeAggregation.Min ? MathF.Min(s, w) : d.Aggregation == TreeAggregation.Max ? MathF.Max(s, w) : s + w;
                }
            }
        }

        return [.. y.Select(v => d.Aggregation == TreeAggregation.Average ? v / d.Roots.Length : v == none ? 0f : v)];
    }

    /// <summary>Random trees of at most so many levels, with decisions of the given modes.</summary>
    public static TreeEnsembleData Create(int seed, int trees, int levels, int features, int targets, TreeAggregation aggregation, TreeNodeMode[] modesOf, bool tracksMissing)
    {
        var random = new Random(seed);
        var roots = new List<int>();
        var modes = new List<TreeNodeMode>();
        var feature = new List<int>();
        var threshold = new List<double>();
        var yes = new List<int>();
        var no = new List<int>();
        var missing = new List<bool>();
        var leaves = new List<int>();
        var weightTargets = new List<int>();
        var weights = new List<double>();
        int Grow(int depth)
        {
            int node = modes.Count;
            bool leaf = depth == 0 || random.Next(5) == 0;
            modes.Add(leaf ? TreeNodeMode.Leaf : modesOf[random.Next(modesOf.Length)]);
            feature.Add(random.Next(features));
            threshold.Add(random.Next(-6, 7) / 2.0);
            yes.Add(0);
            no.Add(0);
            missing.Add(random.Next(2) == 0);
            if (leaf)
            {
                // At most one weight for each target, so that the order of the sum is that of the trees.
                int first = random.Next(targets);
                for (int t = first; t < targets && t < first + 2; t++)
                {
                    leaves.Add(node);
                    weightTargets.Add(t);
                    weights.Add((random.NextDouble() * 2) - 1);
                }

                return node;
            }

            yes[node] = Grow(depth - 1);
            no[node] = Grow(depth - 1);
            return node;
        }

        for (int t = 0; t < trees; t++)
        {
            roots.Add(Grow(levels));
        }

        return new TreeEnsembleData
        {
            Roots = [.. roots],
            Modes = [.. modes],
            Features = [.. feature],
            Thresholds = [.. threshold],
            TrueChildren = [.. yes],
            FalseChildren = [.. no],
            MissingTracksTrue = tracksMissing ? [.. missing] : null,
            WeightLeaves = [.. leaves],
            WeightTargets = [.. weightTargets],
            Weights = [.. weights],
            TargetCount = targets,
            FeatureCount = features,
            Aggregation = aggregation,
        };
    }
}
