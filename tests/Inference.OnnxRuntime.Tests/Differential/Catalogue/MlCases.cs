namespace Inference.OnnxRuntime.Tests.Differential.Catalogue;

/// <summary>Operators of ai.onnx.ml on features: scaling, filling, choosing, linear models.</summary>
internal static class MlCases
{
    public const string Ml = "ai.onnx.ml";

    private static readonly ElementType[] s_features = [ElementType.Float32, ElementType.Float32, ElementType.Float64, ElementType.Int64, ElementType.Int32];

    private static readonly OptionSpace s_linear = new("LinearClassifier");
    private static readonly Option<ElementType> s_linearType = s_linear.Add("type", s_features);
    private static readonly Option<string> s_linearTransform = s_linear.Add("transform", "absent", "NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT");
    private static readonly Option<int> s_linearClasses = s_linear.Add("classes", 2, 3, 4);
    private static readonly Option<string> s_linearScores = s_linear.Add("scores", "each", "one");
    private static readonly Option<bool> s_linearText = s_linear.Add("text labels", false, true);
    private static readonly Option<bool> s_linearRank1 = s_linear.Add("one row", false, true);

    // Of one target ONNX Runtime transforms by PROBIT alone (docs/differences.md).
    private static readonly OptionSpace s_regressor = new("LinearRegressor");
    private static readonly Option<string> s_regressorTransform = s_regressor.Add("transform", "absent", "NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT");
    private static readonly Option<int> s_regressorTargets = s_regressor.Add("targets", 1, 2, 3);
    private static readonly Option<bool> s_regressorIntercepts = s_regressor.Add("intercepts", true, false);

    private static readonly OptionSpace s_imputer = new("Imputer");
    private static readonly Option<ElementType> s_imputerType = s_imputer.Add("type", ElementType.Float32, ElementType.Int64);
    private static readonly Option<bool> s_imputerSingle = s_imputer.Add("one value", false, true);
    private static readonly Option<bool> s_imputerNaN = s_imputer.Add("replaces NaN", true, false);

    static MlCases()
    {
        // Of one score for two classes by PROBIT ONNX Runtime leaves the second column as it was.
        s_linear.Forbid(s_linearTransform, static transform => transform == "PROBIT", s_linearScores, static scores => scores == "one");
        s_regressor.Forbid(s_regressorTransform, static transform => transform is "SOFTMAX" or "LOGISTIC" or "SOFTMAX_ZERO", s_regressorTargets, static targets => targets == 1);
    }

    public static IEnumerable<OperatorCases> All =>
    [
        new("Binarizer", static random => Start("Binarizer", random, random.Shape(0, 3), [ElementType.Float32]).Attr("threshold", random.Single(-1, 1)).Out(ElementType.Float32), Ml),
        new("Scaler", static random =>
        {
            long[] shape = random.FullShape(random.Chance(0.2) ? 1 : 2, 2);
            OperatorBuilder builder = Start("Scaler", random, shape, s_features);
            bool single = random.Chance(0.3);
            return builder.Attr("offset", Numbers(random, single ? 1 : shape[^1])).Attr("scale", Numbers(random, single ? 1 : shape[^1])).Out(ElementType.Float32).Tolerance(1e-5, 1e-5);
        }, Ml),
        new("Normalizer", static random =>
        {
            OperatorBuilder builder = Start("Normalizer", random, random.FullShape(1, 2), s_features);
            return (random.Chance(0.9) ? builder.Attr("norm", random.Pick("MAX", "L1", "L2")) : builder).Out(ElementType.Float32);
        }, Ml),
        new("Imputer", Imputer, Ml),
        new("ArrayFeatureExtractor", static random =>
        {
            ElementType type = random.Pick(ElementType.Float32, ElementType.Float64, ElementType.Int64, ElementType.Int32, ElementType.String);
            long[] shape = random.FullShape(1, 3);
            return new OperatorBuilder(random, "ArrayFeatureExtractor", 18, Ml).In(random.Tensor(type, shape), false)
                .In(random.Ints(random.Chance(0.3) ? [1, random.Int(1, 5)] : [random.Int(1, 5)], 0, (int)shape[^1] - 1 + (random.Chance(0.05) ? 1 : 0))).Out(type);
        }, Ml),
        new("FeatureVectorizer", static random =>
        {
            ElementType type = random.Pick(ElementType.Float32, ElementType.Float64, ElementType.Int64, ElementType.Int32);
            long rows = random.Positive();
            var builder = new OperatorBuilder(random, "FeatureVectorizer", 18, Ml);
            long[] widths = [.. Enumerable.Range(0, random.Int(1, 4)).Select(_ => (long)random.Int(1, 4))];
            foreach (long width in widths)
            {
                builder.In(random.Tensor(type, [rows, width]), false);
            }

            // A dimension may cut an input, or fill it with zeros.
            return builder.Attr("inputdimensions", [.. widths.Select(width => Math.Max(1, width + (random.Chance(0.3) ? random.Int(-1, 1) : 0)))]).Out(ElementType.Float32);
        }, Ml),
        new("LinearRegressor", static random =>
        {
            OptionRow row = random.Row(s_regressor);
            long[] shape = random.FullShape(2, 2);
            int targets = row.Get(s_regressorTargets);
            string transform = row.Get(s_regressorTransform);
            OperatorBuilder builder = Start("LinearRegressor", random, shape, [ElementType.Float32]).Attr("targets", targets).Attr("coefficients", Numbers(random, targets * shape[1], transform));
            _ = row.Get(s_regressorIntercepts) ? builder.Attr("intercepts", Numbers(random, targets, transform)) : builder;
            return Transform(builder, transform).Out(ElementType.Float32).Tolerance(1e-4, 1e-4);
        }, Ml),
        new("LinearClassifier", LinearClassifier, Ml),
    ];

    /// <summary>Sets post_transform, but where it is absent.</summary>
    public static OperatorBuilder Transform(OperatorBuilder builder, string transform) => transform == "absent" ? builder : builder.Attr("post_transform", transform);

    /// <summary>Labels of classes, not in their order.</summary>
    public static OperatorBuilder Labels(OperatorBuilder builder, int classes, bool text, string integers) => text
        ? builder.Attr("classlabels_strings", [.. Enumerable.Range(0, classes).Select(static i => $"class {(i * 7) % 5}")]).Out(ElementType.String)
        : builder.Attr(integers, [.. Enumerable.Range(0, classes).Select(static i => (i * 7L) % 5 - 2)]).Out(ElementType.Int64);

    /// <summary>Numbers of a model; small where the transform is PROBIT, whose argument lies in (0, 1).</summary>
    public static float[] Numbers(CaseRandom random, long count, string transform = "NONE") =>
        random.Floats([count], transform == "PROBIT" ? 0.001f : -2, transform == "PROBIT" ? 0.02f : 2).AsSpan<float>().ToArray();

    private static OperatorBuilder Imputer(CaseRandom random)
    {
        OptionRow row = random.Row(s_imputer);
        ElementType type = row.Get(s_imputerType);
        long[] shape = random.FullShape(random.Chance(0.2) ? 1 : 2, 2);
        long count = row.Get(s_imputerSingle) ? 1 : shape[^1];
        var builder = new OperatorBuilder(random, "Imputer", 18, Ml);
        return type == ElementType.Int64
            ? builder.In(random.Ints(shape, -2, 2), false).Attr("imputed_value_int64s", random.Ints([count], 10, 20).AsSpan<long>().ToArray()).Attr("replaced_value_int64", random.Int(-2, 2)).Out(type)
            : builder.In(random.Tensor(type, shape, special: true), false).Attr("imputed_value_floats", Numbers(random, count)).Attr("replaced_value_float", row.Get(s_imputerNaN) ? float.NaN : 0.5f).Out(type);
    }

    private static OperatorBuilder LinearClassifier(CaseRandom random)
    {
        OptionRow row = random.Row(s_linear);
        string transform = row.Get(s_linearTransform);
        string scores = row.Get(s_linearScores);
        int classes = scores == "each" ? row.Get(s_linearClasses) : 2;
        int given = scores == "each" ? classes : 1;
        long[] shape = random.FullShape(2, 2);
        shape = row.Get(s_linearRank1) ? [1, shape[1]] : shape;
        OperatorBuilder builder = Start("LinearClassifier", random, shape, [row.Get(s_linearType)]).Attr("coefficients", Numbers(random, given * shape[1], transform)).Attr("intercepts", Numbers(random, given, transform))
            .Attr("multi_class", random.Int(0, 1));
        return Transform(Labels(builder, classes, row.Get(s_linearText), "classlabels_ints"), transform).Out(ElementType.Float32).Tolerance(1e-4, 1e-4);
    }

    private static OperatorBuilder Start(string op, CaseRandom random, long[] shape, ElementType[] types) => new OperatorBuilder(random, op, 18, Ml).In(random.Tensor(random.Pick(types.AsSpan()), shape), false);
}
