using static Inference.Tests.Operators.OperatorHarness;

namespace Inference.Tests.Operators.Ml;

public sealed class MlTests
{
    private const string Domain = "ai.onnx.ml";

    // x₀ ≤ 1 ? 10 : (x₁ < 2 ? 20 : 30), and a tree of one leaf with 1.
    private static (string, object)[] Trees(string prefix, params (string, object)[] more) =>
    [
        ("nodes_treeids", new long[] { 0, 0, 0, 0, 0, 1 }),
        ("nodes_nodeids", new long[] { 0, 1, 2, 3, 4, 0 }),
        ("nodes_featureids", new long[] { 0, 0, 1, 0, 0, 0 }),
        ("nodes_modes", new[] { "BRANCH_LEQ", "LEAF", "BRANCH_LT", "LEAF", "LEAF", "LEAF" }),
        ("nodes_values", new float[] { 1, 0, 2, 0, 0, 0 }),
        ("nodes_truenodeids", new long[] { 1, 0, 3, 0, 0, 0 }),
        ("nodes_falsenodeids", new long[] { 2, 0, 4, 0, 0, 0 }),
        ($"{prefix}_treeids", new long[] { 0, 0, 0, 1 }),
        ($"{prefix}_nodeids", new long[] { 1, 3, 4, 0 }),
        .. more,
    ];

    [Theory]
    [InlineData("SUM", new[] { 11f, 21, 31 })]
    [InlineData("AVERAGE", new[] { 5.5f, 10.5f, 15.5f })]
    [InlineData("MIN", new[] { 1f, 1, 1 })]
    [InlineData("MAX", new[] { 10f, 20, 30 })]
    public void TreeRegressor_AggregatesTheLeaves(string aggregate, float[] expected)
    {
        EngineValue?[] y = RunAll(
            "TreeEnsembleRegressor",
            [T([1f, 5, 2, 1, 2, 2], 3, 2)],
            Trees("target", ("target_ids", new long[4]), ("target_weights", new float[] { 10, 20, 30, 1 }), ("n_targets", 1L), ("aggregate_function", aggregate)),
            1,
            3,
            Domain);
        Near(expected, [3, 1], (Tensor)y[0]!);
    }

    [Fact]
    public void TreeClassifier_PicksTheHighestScore_OfManyClasses()
    {
        EngineValue?[] y = RunAll(
            "TreeEnsembleClassifier",
            [T([1.0, 5, 2, 1, 2, 2], 3, 2)],
            Trees("class", ("class_ids", new long[] { 0, 1, 2, 0 }), ("class_weights", new float[] { 1, 2, 3, 0.5f }), ("classlabels_strings", new[] { "a", "b", "c" })),
            2,
            3,
            Domain);
        Same(["a", "b", "c"], [3], (Tensor)y[0]!);
        Near([1.5f, 0, 0, 0.5f, 2, 0, 0.5f, 0, 3], [3, 3], (Tensor)y[1]!);
    }

    [Fact]
    public void TreeClassifier_WithOneScore_GivesBothColumns()
    {
        EngineValue?[] y = RunAll(
            "TreeEnsembleClassifier",
            [T([1f, 5, 2, 1], 2, 2)],
            Trees("class", ("class_ids", new long[] { 1, 1, 1, 1 }), ("class_weights", new float[] { -1, 2, 3, 0.5f }), ("classlabels_int64s", new long[] { 7, 9 }), ("post_transform", "LOGISTIC")),
            2,
            3,
            Domain);
        Same<long>([7, 9], [2], (Tensor)y[0]!);
        float low = 1 / (1 + MathF.Exp(0.5f));
        float high = 1 / (1 + MathF.Exp(-2.5f));
        Near([1 - low, low, 1 - high, high], [2, 2], (Tensor)y[1]!);
    }

    [Fact]
    public void TreeClassifier_WithABaseValueForEachOfTwoClasses_AddsEachToItsOwn()
    {
        EngineValue?[] y = RunAll(
            "TreeEnsembleClassifier",
            [T([1f, 5, 2, 1], 2, 2)],
            Trees("class", ("class_ids", new long[4]), ("class_weights", new float[] { -1, 2, 3, 0.5f }), ("classlabels_int64s", new long[] { 7, 9 }), ("base_values", new[] { 0.25f, 1f })),
            2,
            3,
            Domain);
        Same<long>([9, 7], [2], (Tensor)y[0]!);
        Near([-0.25f, 1, 2.75f, 1], [2, 2], (Tensor)y[1]!);
    }

    [Fact]
    public void Svm_WithoutSupportVectors_IsLinearWhateverItsKernel()
    {
        (string, object)[] kernel = [("kernel_type", "POLY"), ("kernel_params", new[] { 0.5f, 1f, 3f }), ("rho", new[] { 0.5f })];
        Near([5.5f], [1, 1], (Tensor)RunAll("SVMRegressor", [T([1f, 2], 1, 2)], [.. kernel, ("coefficients", new[] { 1f, 2f })], 1, 1, Domain)[0]!);
        EngineValue?[] y = RunAll("SVMClassifier", [T([1f, 2], 1, 2)], [.. kernel, ("coefficients", new[] { 1f, 2, 0, 0, 2, 2 }), ("classlabels_ints", new long[] { 4, 5, 6 })], 2, 1, Domain);
        Same<long>([6], [1], (Tensor)y[0]!);
        Near([5.5f, 0.5f, 6.5f], [1, 3], (Tensor)y[1]!);
    }

    [Fact]
    public void CastMap_Sparse_PutsValuesAtTheirKeys()
    {
        var map = new MapData(T<long>([2, 0, 9], 3), T([1.5f, 2, 3], 3));
        Same(["2.000000", "0.f", "1.500000", "0.f"], [1, 4], (Tensor)RunAll("CastMap", [map], [("cast_to", "TO_STRING"), ("map_form", "SPARSE"), ("max_map", 4L)], 1, 1, Domain)[0]!);
    }

    [Fact]
    public void Trees_ThatAreNotTrees_AreErrors()
    {
        (string, object)[] attributes = Trees("target", ("target_ids", new long[4]), ("target_weights", new float[4]));
        attributes[5] = ("nodes_truenodeids", new long[] { 2, 0, 3, 0, 0, 0 });
        Assert.Throws<ModelLoadException>(() => RunAll("TreeEnsembleRegressor", [T([1f, 2], 1, 2)], attributes, 1, 3, Domain));
    }

    [Fact]
    public void LinearModels_MultiplyAndTransform()
    {
        (string, object)[] attributes = [("coefficients", new float[] { 1, 2, 3, 4 }), ("intercepts", new float[] { 0.5f, -0.5f })];
        EngineValue?[] y = RunAll("LinearRegressor", [T([1f, 1], 1, 2)], [.. attributes, ("targets", 2L)], 1, 1, Domain);
        Near([3.5f, 6.5f], [1, 2], (Tensor)y[0]!);
        y = RunAll("LinearClassifier", [T<long>([1, 1], 1, 2)], [.. attributes, ("classlabels_ints", new long[] { 4, 5 }), ("post_transform", "SOFTMAX")], 2, 1, Domain);
        Same<long>([5], [1], (Tensor)y[0]!);
        Near([1 / (1 + MathF.Exp(3)), 1 / (1 + MathF.Exp(-3))], [1, 2], (Tensor)y[1]!);
    }

    [Theory]
    [InlineData("MAX", new[] { 0.75f, 1f })]
    [InlineData("L1", new[] { 3 / 7f, 4 / 7f })]
    [InlineData("L2", new[] { 0.6f, 0.8f })]
    public void Normalizer_DividesRows(string norm, float[] expected) =>
        Near(expected, [1, 2], (Tensor)RunAll("Normalizer", [T([3f, 4], 1, 2)], [("norm", norm)], 1, 1, Domain)[0]!);

    [Fact]
    public void Scaler_Imputer_Binarizer_WorkByColumn()
    {
        Near([0f, 4], [1, 2], (Tensor)RunAll("Scaler", [T<long>([1, 4], 1, 2)], [("offset", new float[] { 1, 2 }), ("scale", new float[] { 2 })], 1, 1, Domain)[0]!);
        Near([5f, 2], [1, 2], (Tensor)RunAll("Imputer", [T([float.NaN, 2], 1, 2)], [("imputed_value_floats", new float[] { 5, 6 }), ("replaced_value_float", float.NaN)], 1, 1, Domain)[0]!);
        Near([0f, 1], [1, 2], (Tensor)RunAll("Binarizer", [T([1f, 2], 1, 2)], [("threshold", 1f)], 1, 1, Domain)[0]!);
    }

    [Fact]
    public void Encoders_LookUp_AndFallBack()
    {
        (string, object)[] table = [("keys_strings", new[] { "a", "b" }), ("values_int64s", new long[] { 1, 2 }), ("default_int64", 9L)];
        Same<long>([2, 9], [2], (Tensor)RunAll("LabelEncoder", [T(["b", "c"])], table, 1, 4, Domain)[0]!);
        Same(["x", "_Unused"], [2], (Tensor)RunAll("LabelEncoder", [T<long>([0, 5])], [("classes_strings", new[] { "x" })], 1, 1, Domain)[0]!);
        Near([0, 1f, 0, 0], [2, 2], (Tensor)RunAll("OneHotEncoder", [T<long>([4, 5])], [("cats_int64s", new long[] { 3, 4 })], 1, 1, Domain)[0]!);
        Same([3f, 1], [1, 2], (Tensor)RunAll("ArrayFeatureExtractor", [T([1f, 2, 3]), T<long>([2, 0])], null, 1, 1, Domain)[0]!);
    }

    [Fact]
    public void Maps_BecomeRows_AndBack()
    {
        EngineValue?[] maps = RunAll("ZipMap", [T([0.25f, 0.75f], 1, 2)], [("classlabels_strings", new[] { "no", "yes" })], 1, 1, Domain);
        var map = Assert.IsType<MapData>(Assert.Single(((SequenceData)maps[0]!).Items));
        Same([0.25f, 0.75f], [2], map.Values);
        Same([0.75f, 0f], [1, 2], (Tensor)RunAll("DictVectorizer", [map], [("string_vocabulary", new[] { "yes", "maybe" })], 1, 1, Domain)[0]!);
    }

    [Fact]
    public void SvmRegressor_SumsKernels()
    {
        (string, object)[] attributes =
        [
            ("kernel_type", "RBF"), ("kernel_params", new float[] { 0.5f, 0, 3 }), ("coefficients", new float[] { 2, -1 }), ("support_vectors", new float[] { 0, 1 }), ("rho", new float[] { 0.25f }), ("n_supports", 2L),
        ];
        Near([2 - MathF.Exp(-0.5f) + 0.25f], [1, 1], (Tensor)RunAll("SVMRegressor", [T([0f], 1, 1)], attributes, 1, 1, Domain)[0]!);
    }
}
