using static Inference.Tests.Operators.OperatorHarness;

namespace Inference.Tests.Operators.Ml;

/// <summary>Attributes of lengths that do not fit, trees that are none and counts out of range are refused.</summary>
public sealed class MlHostileTests
{
    private static readonly Tensor s_row = T(new float[2], 1, 2);

    [Fact]
    public void Normalizer_RowsHugeAndEmpty_EndsAtOnce() => Assert.Equal(0, ((Tensor)RunAll("Normalizer", [T(Array.Empty<float>(), (1L << 61) - 1, 0)], [], 1, 1, "ai.onnx.ml")[0]!).Count);

    [Fact]
    public void ArrayFeatureExtractor_NoColumns_IsEmpty() =>
        Assert.Equal(0, ((Tensor)RunAll("ArrayFeatureExtractor", [T(Array.Empty<float>(), 3, 0), T(Array.Empty<long>())], [], 1, 1, "ai.onnx.ml")[0]!).Count);

    [Theory]
    [InlineData(-1L)]
    [InlineData(0L)]
    [InlineData(1L << 40)]
    public void Targets_OutOfRange_AreRefused(long count)
    {
        Refused("attribute 'targets': expected a number in [1, 16777216]", "LinearRegressor", ("targets", count), ("coefficients", new float[2]));
        Refused("attribute 'n_targets': expected a number in [1, 16777216]", "TreeEnsembleRegressor", [("n_targets", count), .. Tree([1, 0, 0], [2, 0, 0])]);
    }

    [Theory]
    [InlineData(new long[] { 0, 0, 0 }, new long[] { 0, 0, 0 })]
    [InlineData(new long[] { 1, 0, 0 }, new long[] { 1, 0, 0 })]
    [InlineData(new long[] { 1, 0, 0 }, new long[] { 7, 0, 0 })]
    public void Trees_ThatAreNone_AreRefused(long[] trueIds, long[] falseIds) => Refused("expected", "TreeEnsembleRegressor", Tree(trueIds, falseIds));

    [Fact]
    public void Trees_RingBesideATree_IsRefused() => Refused(
        "but some are reached twice or are not reachable from a root",
        "TreeEnsembleRegressor",
        ("nodes_treeids", new long[] { 0, 1 }), ("nodes_nodeids", new long[] { 0, 0 }), ("nodes_featureids", new long[] { 0, 0 }), ("nodes_values", new float[2]),
        ("nodes_modes", new[] { "LEAF", "BRANCH_LEQ" }), ("nodes_truenodeids", new long[] { 0, 0 }), ("nodes_falsenodeids", new long[] { 0, 0 }));

    [Theory]
    [InlineData("nodes_featureids")]
    [InlineData("nodes_truenodeids")]
    [InlineData("target_ids")]
    public void Trees_ListsOfAnotherLength_AreRefused(string name) => Refused(
        $"attribute '{name}': expected", "TreeEnsembleRegressor", [.. Tree([1, 0, 0], [2, 0, 0]).Where(a => a.Name != name), (name, new long[7])]);

    [Theory]
    [InlineData(new long[] { -1, 2 })]
    [InlineData(new long[] { 1L << 40, 2 })]
    [InlineData(new long[] { 3 })]
    public void SvmClassifier_CountsThatDoNotFit_AreRefused(long[] perClass) => Refused(
        "expected", "SVMClassifier", ("vectors_per_class", perClass), ("coefficients", new float[3]), ("support_vectors", new float[6]), ("rho", new float[1]), ("classlabels_ints", new long[] { 0, 1 }));

    [Fact]
    public void SvmClassifier_FewerLabelsThanClasses_AreRefused() => Refused(
        "expected a label for each of 3 classes, got 2", "SVMClassifier", ("vectors_per_class", new long[] { 1, 1, 1 }), ("coefficients", new float[6]), ("support_vectors", new float[6]),
        ("rho", new float[3]), ("classlabels_strings", new[] { "a", "b" }));

    [Fact]
    public void SvmRegressor_NegativeCount_IsRefused() => Refused("attribute 'n_supports': expected a number in", "SVMRegressor", ("n_supports", -1L));

    [Fact]
    public void FeatureVectorizer_SumBeyondCounting_IsRefused() => Refused("whose sum is at most", "FeatureVectorizer", ("inputdimensions", new[] { long.MaxValue }));

    [Fact]
    public void CastMap_TextThatIsNoNumber_IsRefused()
    {
        var map = new MapData(T<long>([1]), T(["x"]));
        Assert.Contains("got 'x'", Assert.Throws<InvalidInputException>(() => RunAll("CastMap", [map], [], 1, 1, "ai.onnx.ml")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void LabelEncoder_DefaultOfAnotherType_IsRefused() => Refused(
        "attribute 'default_tensor': expected one float64", "LabelEncoder", ("keys_floats", new float[1]), ("values_tensor", T(new double[1])), ("default_tensor", T(new float[1])));

    [Fact]
    public void TreeEnsemble_FewerSetsThanNodes_AreRefused() => Refused(
        "attribute 'membership_values': expected a set", "TreeEnsemble",
        ("nodes_featureids", new long[] { 0, 0 }), ("nodes_modes", T<byte>([6, 6])), ("nodes_splits", T(new float[2])), ("nodes_truenodeids", new long[] { 1, 0 }), ("nodes_falsenodeids", new long[] { 0, 0 }),
        ("nodes_trueleafs", new long[] { 0, 1 }), ("nodes_falseleafs", new long[] { 1, 1 }), ("leaf_targetids", new long[] { 0 }), ("leaf_weights", T(new float[1])), ("tree_roots", new long[] { 0 }),
        ("membership_values", T([1f])));

    private static (string Name, object Value)[] Tree(long[] trueIds, long[] falseIds) =>
    [
        ("nodes_treeids", new long[3]), ("nodes_nodeids", new long[] { 0, 1, 2 }), ("nodes_featureids", new long[3]), ("nodes_values", new float[3]),
        ("nodes_modes", new[] { "BRANCH_LEQ", "LEAF", "LEAF" }), ("nodes_truenodeids", trueIds), ("nodes_falsenodeids", falseIds),
        ("target_treeids", new long[2]), ("target_nodeids", new long[] { 1, 2 }), ("target_ids", new long[2]), ("target_weights", new float[2]),
    ];

    private static void Refused(string expected, string op, params (string Name, object Value)[] attributes)
    {
        long opset = op switch { "TreeEnsemble" => 5, "LabelEncoder" => 4, _ => 1 };
        Assert.Contains(expected, Assert.ThrowsAny<InferenceException>(() => RunAll(op, [s_row], attributes, 1, opset, "ai.onnx.ml")).Message, StringComparison.Ordinal);
    }
}
