namespace Inference.OnnxRuntime.Tests.Differential.Catalogue;

/// <summary>Operators of ai.onnx.ml.</summary>
internal static class MlCases
{
    private const string Ml = "ai.onnx.ml";

    public static IEnumerable<OperatorCases> All =>
    [
        new("Binarizer", static random => Start("Binarizer", random, random.FullShape(1, 3)).Attr("threshold", random.Single(-1, 1)).Out(ElementType.Float), Ml),
        new("Scaler", static random =>
        {
            long[] shape = random.FullShape(2, 2);
            return Start("Scaler", random, shape).Attr("offset", Numbers(random, shape[1])).Attr("scale", Numbers(random, shape[1])).Out(ElementType.Float);
        }, Ml),
        new("Normalizer", static random => Start("Normalizer", random, random.FullShape(2, 2)).Attr("norm", random.Pick("MAX", "L1", "L2")).Out(ElementType.Float), Ml),
        new("Imputer", static random =>
        {
            long[] shape = random.FullShape(2, 2);
            TensorValue x = random.Tensor(ElementType.Float, shape, special: true);
            return new OperatorBuilder(random, "Imputer", 18, Ml).In(x, false).Attr("imputed_value_floats", Numbers(random, shape[1])).Attr("replaced_value_float", float.NaN).Out(ElementType.Float);
        }, Ml),
        new("ArrayFeatureExtractor", static random =>
        {
            long[] shape = random.FullShape(2, 3);
            return Start("ArrayFeatureExtractor", random, shape).In(random.Ints([random.Int(1, 5)], 0, (int)shape[^1] - 1)).Out(ElementType.Float);
        }, Ml),
        new("FeatureVectorizer", static random =>
        {
            long rows = random.Positive();
            long first = random.Int(1, 4), second = random.Int(1, 4);
            return new OperatorBuilder(random, "FeatureVectorizer", 18, Ml).In(random.Tensor(ElementType.Float, [rows, first]), false).In(random.Tensor(ElementType.Float, [rows, second]), false)
                .Attr("inputdimensions", [first, second]).Out(ElementType.Float);
        }, Ml),
        new("LinearRegressor", static random =>
        {
            long[] shape = random.FullShape(2, 2);
            int targets = random.Int(1, 3);
            return Start("LinearRegressor", random, shape).Attr("targets", targets).Attr("coefficients", Numbers(random, targets * shape[1])).Attr("intercepts", Numbers(random, targets))
                .Attr("post_transform", "NONE").Out(ElementType.Float).Tolerance(1e-5, 1e-4);
        }, Ml),
        new("LinearClassifier", static random =>
        {
            long[] shape = random.FullShape(2, 2);
            int classes = random.Int(2, 4);
            return Start("LinearClassifier", random, shape).Attr("coefficients", Numbers(random, classes * shape[1])).Attr("intercepts", Numbers(random, classes))
                .Attr("classlabels_ints", [.. Enumerable.Range(5, classes).Select(static i => (long)i)]).Attr("post_transform", random.Pick("NONE", "SOFTMAX", "LOGISTIC"))
                .Out(ElementType.Int64).Out(ElementType.Float).Tolerance(1e-4, 1e-4);
        }, Ml),
        new("LabelEncoder", static random => random.Chance(0.5)
            ? new OperatorBuilder(random, "LabelEncoder", 18, Ml).In(random.Ints(random.Shape(1, 2), -3, 6), false).Attr("keys_int64s", [1, 2, 3]).Attr("values_floats", [0.5f, -1f, 9f]).Attr("default_float", -7f).Out(ElementType.Float)
            : new OperatorBuilder(random, "LabelEncoder", 18, Ml).In(random.Tensor(ElementType.String, random.Shape(1, 2)), false).Attr("keys_strings", ["", "naïve", "w7"]).Attr("values_int64s", [4, 5, 6]).Attr("default_int64", -1).Out(ElementType.Int64), Ml),
        new("OneHotEncoder", static random => new OperatorBuilder(random, "OneHotEncoder", 18, Ml).In(random.Ints(random.Shape(1, 2), 0, 5), false)
            .Attr("cats_int64s", [0, 2, 4]).Attr("zeros", 1).Out(ElementType.Float), Ml),
    ];

    private static OperatorBuilder Start(string op, CaseRandom random, long[] shape) => new OperatorBuilder(random, op, 18, Ml).In(random.Tensor(ElementType.Float, shape), false);

    private static float[] Numbers(CaseRandom random, long count) => random.Floats([count], -2, 2).AsSpan<float>().ToArray();
}
