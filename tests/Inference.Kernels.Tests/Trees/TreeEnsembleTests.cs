using Inference.Kernels.Trees;

namespace Inference.Kernels.Tests.Trees;

public sealed unsafe class TreeEnsembleTests
{
    [Theory]
    [InlineData(TreeAggregation.Sum, 1, false)]
    [InlineData(TreeAggregation.Sum, 3, false)]
    [InlineData(TreeAggregation.Average, 2, false)]
    [InlineData(TreeAggregation.Min, 2, false)]
    [InlineData(TreeAggregation.Max, 1, false)]
    [InlineData(TreeAggregation.Sum, 2, true)]
    public void Run_RandomForests_EqualsWalk(TreeAggregation aggregation, int targets, bool equality)
    {
        for (int seed = 1; seed < 12; seed++)
        {
            const int Features = 6;
            TreeEnsembleData data = Forest(seed, 1 + seed, Features, targets, aggregation, equality);
            using TreeEnsemble ensemble = TreeEnsemble.Create(data);
            foreach (int rows in (int[])[1, 3, 4, 7, 12, 17, 130])
            {
                foreach (bool missing in (bool[])[false, true])
                {
                    using NativeArray<float> x = Fill.Floats(rows * Features, seed + rows, -3f, 3f);
                    for (int i = 0; i < x.Length; i++)
                    {
                        x.Span[i] = MathF.Round(x[i] * 2) / 2;
                        x.Span[i] = missing && i % 5 == 0 ? float.NaN : i % 11 == 0 ? float.NegativeInfinity : i % 13 == 0 ? float.PositiveInfinity : x[i];
                    }

                    using var y = new NativeArray<float>(rows * targets);
                    ensemble.Run(x.Pointer, rows, y.Pointer, 2);
                    using NativeArray<float> padded = Fill.Floats(rows * (Features + 2), 1, -1f, 1f);
                    using var apart = new NativeArray<float>(rows * targets);
                    for (int r = 0; r < rows; r++)
                    {
                        x.Span.Slice(r * Features, Features).CopyTo(padded.Span[(r * (Features + 2))..]);
                    }

                    ensemble.Run(padded.Pointer, Features + 2, rows, apart.Pointer);
                    Assert.True(y.Span.SequenceEqual(apart.Span));
                    double[] wide = [.. x.Span.ToArray().Select(v => (double)v)];
                    var scores = new double[rows * targets];
                    fixed (double* px = wide, ps = scores)
                    {
                        ensemble.Run(px, rows, ps);
                    }

                    for (int r = 0; r < rows; r++)
                    {
                        float[] want = Expected(data, x.Span.Slice(r * Features, Features).ToArray());
                        for (int t = 0; t < targets; t++)
                        {
                            Assert.Equal(want[t], y[(r * targets) + t]);
                            Assert.Equal(want[t], scores[(r * targets) + t], 1e-4);
                        }
                    }

                    y.AssertIntact();
                }
            }
        }
    }

    [Fact]
    public void Create_NodeWithTwoParents_ErrorNamesNode()
    {
        TreeEnsembleData data = new()
        {
            Roots = [0],
            Modes = [TreeNodeMode.LessOrEqual, TreeNodeMode.Leaf],
            Features = [0, 0],
            Thresholds = [0, 0],
            TrueChildren = [1, 0],
            FalseChildren = [1, 0],
            WeightLeaves = [1],
            WeightTargets = [0],
            Weights = [1],
            TargetCount = 1,
            FeatureCount = 1,
        };
        ArgumentException error = Assert.Throws<ArgumentException>(() => TreeEnsemble.Create(data));
        Assert.Contains("got node 1 again", error.Message, StringComparison.Ordinal);
    }

    private static float[] Expected(TreeEnsembleData d, float[] x)
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
                n = go || (float.IsNaN(v) && d.MissingTracksTrue![n]) ? d.TrueChildren[n] : d.FalseChildren[n];
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

    private static TreeEnsembleData Forest(int seed, int trees, int features, int targets, TreeAggregation aggregation, bool equality)
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
            modes.Add(leaf ? TreeNodeMode.Leaf : (TreeNodeMode)random.Next(1, equality ? 7 : 5));
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
            roots.Add(Grow(random.Next(11)));
        }

        return new TreeEnsembleData
        {
            Roots = [.. roots],
            Modes = [.. modes],
            Features = [.. feature],
            Thresholds = [.. threshold],
            TrueChildren = [.. yes],
            FalseChildren = [.. no],
            MissingTracksTrue = [.. missing],
            WeightLeaves = [.. leaves],
            WeightTargets = [.. weightTargets],
            Weights = [.. weights],
            TargetCount = targets,
            FeatureCount = features,
            Aggregation = aggregation,
        };
    }
}
