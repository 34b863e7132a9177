using Inference.Kernels.Trees;

namespace Inference.Benchmarks.Thresholds;

/// <summary>An ensemble of full trees with random decisions.</summary>
internal static class TreeData
{
    public const int Count = 16;
    private const int Levels = 5;

    public static TreeEnsembleData Create(int features)
    {
        var random = new Random(1);
        const int Inner = (1 << Levels) - 1;
        const int Nodes = (2 * Inner) + 1;
        int[] all = [.. Enumerable.Range(0, Count * Nodes)];
        int[] leaves = [.. all.Where(i => i % Nodes >= Inner)];
        return new TreeEnsembleData
        {
            Roots = [.. Enumerable.Range(0, Count).Select(t => t * Nodes)],
            Modes = [.. all.Select(i => i % Nodes < Inner ? TreeNodeMode.LessOrEqual : TreeNodeMode.Leaf)],
            Features = [.. all.Select(_ => random.Next(features))],
            Thresholds = [.. all.Select(_ => (double)(random.NextSingle() - 0.5f))],
            TrueChildren = [.. all.Select(i => i % Nodes < Inner ? i + (i % Nodes) + 1 : 0)],
            FalseChildren = [.. all.Select(i => i % Nodes < Inner ? i + (i % Nodes) + 2 : 0)],
            WeightLeaves = leaves,
            WeightTargets = new int[leaves.Length],
            Weights = [.. leaves.Select(_ => random.NextDouble())],
            TargetCount = 1,
            FeatureCount = features,
        };
    }
}
