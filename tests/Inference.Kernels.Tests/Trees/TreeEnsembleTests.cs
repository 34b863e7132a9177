using Inference.Kernels.Trees;

namespace Inference.Kernels.Tests.Trees;

public sealed unsafe class TreeEnsembleTests
{
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
}
