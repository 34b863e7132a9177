using static Inference.OnnxRuntime.Tests.Differential.Catalogue.MlCases;

namespace Inference.OnnxRuntime.Tests.Differential.Catalogue;

/// <summary>Support vector machines: every kernel, transform, kind of label and probabilities.</summary>
internal static class SvmCases
{
    private static readonly OptionSpace s_classifier = new("SVMClassifier");
    private static readonly Option<ElementType> s_type = s_classifier.Add("type", ElementType.Float32, ElementType.Float64, ElementType.Int64, ElementType.Int32);
    private static readonly Option<string> s_kernel = s_classifier.Add("kernel", "LINEAR", "POLY", "RBF", "SIGMOID");
    private static readonly Option<string> s_transform = s_classifier.Add("transform", "absent", "NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT");
    private static readonly Option<int> s_classes = s_classifier.Add("classes", 2, 3, 4);
    private static readonly Option<bool> s_text = s_classifier.Add("text labels", false, true);
    private static readonly Option<bool> s_probabilities = s_classifier.Add("probabilities", false, true);
    private static readonly Option<bool> s_vectors = s_classifier.Add("support vectors", true, false);

    // ONNX Runtime transforms nothing here (docs/differences.md).
    private static readonly OptionSpace s_regressor = new("SVMRegressor");
    private static readonly Option<string> s_regressorKernel = s_regressor.Add("kernel", "LINEAR", "POLY", "RBF", "SIGMOID");
    private static readonly Option<string> s_regressorTransform = s_regressor.Add("transform", "absent", "NONE");
    private static readonly Option<bool> s_oneClass = s_regressor.Add("one class", false, true);
    private static readonly Option<bool> s_regressorVectors = s_regressor.Add("support vectors", true, false);

    public static IEnumerable<OperatorCases> All => [new("SVMClassifier", Classifier, Ml), new("SVMRegressor", Regressor, Ml)];

    private static OperatorBuilder Classifier(CaseRandom random)
    {
        OptionRow row = random.Row(s_classifier);
        int classes = row.Get(s_classes);
        bool vectors = row.Get(s_vectors);
        string transform = row.Get(s_transform);
        long[] shape = [random.Int(1, 6), random.Int(1, 5)];
        OperatorBuilder builder = Kernel(new OperatorBuilder(random, "SVMClassifier", 18, Ml).In(random.Tensor(row.Get(s_type), shape), false), row.Get(s_kernel));
        long pairs = classes * (classes - 1) / 2;
        if (vectors)
        {
            long[] counts = [.. Enumerable.Range(0, classes).Select(_ => (long)random.Int(1, 3))];
            long count = counts.Sum();
            builder.Attr("vectors_per_class", counts).Attr("support_vectors", Numbers(random, count * shape[1])).Attr("coefficients", Numbers(random, (classes - 1) * count, transform))
                .Attr("rho", Numbers(random, pairs, transform));
            _ = row.Get(s_probabilities) ? builder.Attr("prob_a", random.Floats([pairs], -2, -0.5f).AsSpan<float>().ToArray()).Attr("prob_b", random.Floats([pairs], -0.5f, 0.5f).AsSpan<float>().ToArray()) : builder;
        }
        else
        {
            // Two classes with a rho each: ONNX Runtime answers the second wherever the higher score is above 0 (docs/differences.md).
            builder.Attr("coefficients", Numbers(random, classes * shape[1], transform)).Attr("rho", Numbers(random, classes == 2 || random.Chance(0.5) ? 1 : classes, transform));
        }

        return Transform(Labels(builder, classes, row.Get(s_text), "classlabels_ints"), transform).Out(ElementType.Float32).Tolerance(1e-3, 1e-4);
    }

    private static OperatorBuilder Regressor(CaseRandom random)
    {
        OptionRow row = random.Row(s_regressor);
        string transform = row.Get(s_regressorTransform);
        long[] shape = [random.Int(1, 6), random.Int(1, 5)];
        OperatorBuilder builder = Kernel(new OperatorBuilder(random, "SVMRegressor", 18, Ml).In(random.Tensor(ElementType.Float32, shape), false), row.Get(s_regressorKernel));
        bool vectors = row.Get(s_regressorVectors);
        long count = random.Int(1, 5);
        _ = vectors ? builder.Attr("n_supports", count).Attr("support_vectors", Numbers(random, count * shape[1])).Attr("coefficients", Numbers(random, count, transform))
            : builder.Attr("coefficients", Numbers(random, shape[1], transform));
        _ = row.Get(s_oneClass) ? builder.Attr("one_class", 1L) : builder;
        return Transform(builder.Attr("rho", Numbers(random, 1, transform)), transform).Out(ElementType.Float32).Tolerance(1e-3, 1e-4);
    }

    private static OperatorBuilder Kernel(OperatorBuilder builder, string kernel) => 
        builder.Attr("kernel_type", kernel).Attr("kernel_params", [builder.Random.Single(0.05f, 0.5f), builder.Random.Single(-0.5f, 0.5f), builder.Random.Pick(1f, 2f, 3f)]);
}
