using Inference.Onnx;
using static Inference.OnnxRuntime.Tests.Differential.Catalogue.MlCases;

namespace Inference.OnnxRuntime.Tests.Differential.Catalogue;

/// <summary>Forests: every mode of nodes, missing values, aggregates, transforms, base values, in the forms of opsets 1, 3 and 5.</summary>
internal static class TreeCases
{
    private static readonly string[] s_modes = ["BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ"];
    private static readonly float[] s_grid = [-2f, -1f, -0.5f, 0f, 0.5f, 1f, 1.5f, 3f];

    private static readonly OptionSpace s_classifier = new("TreeEnsembleClassifier");
    private static readonly Option<ElementType> s_type = s_classifier.Add("type", ElementType.Float32, ElementType.Float64, ElementType.Int64, ElementType.Int32);
    private static readonly Option<string> s_mode = s_classifier.Add("mode", [.. s_modes, "mixed"]);
    private static readonly Option<string> s_transform = s_classifier.Add("transform", "absent", "NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT");
    private static readonly Option<string> s_classes = s_classifier.Add("classes", "2", "3", "5");
    private static readonly Option<bool> s_text = s_classifier.Add("text labels", false, true);
    private static readonly Option<bool> s_missing = s_classifier.Add("missing values", false, true);
    private static readonly Option<bool> s_tensors = s_classifier.Add("as tensors", false, true);
    private static readonly Option<bool> s_based = s_classifier.Add("base values", false, true);
    private static readonly Option<bool> s_positive = s_classifier.Add("positive weights", false, true);

    private static readonly OptionSpace s_regressor = new("TreeEnsembleRegressor");
    private static readonly Option<ElementType> s_regressorType = s_regressor.Add("type", ElementType.Float32, ElementType.Float64);
    private static readonly Option<string> s_regressorMode = s_regressor.Add("mode", [.. s_modes, "mixed"]);
    private static readonly Option<string> s_regressorTransform = s_regressor.Add("transform", "absent", "NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT");
    private static readonly Option<int> s_targets = s_regressor.Add("targets", 1, 2, 4);
    private static readonly Option<string> s_aggregate = s_regressor.Add("aggregate", "absent", "SUM", "AVERAGE", "MIN", "MAX");
    private static readonly Option<bool> s_regressorMissing = s_regressor.Add("missing values", false, true);
    private static readonly Option<bool> s_regressorTensors = s_regressor.Add("as tensors", false, true);
    private static readonly Option<bool> s_regressorBased = s_regressor.Add("base values", false, true);

    // ONNX Runtime takes 1 for LOGISTIC and 2 for SOFTMAX (docs/differences.md).
    private static readonly OptionSpace s_ensemble = new("TreeEnsemble");
    private static readonly Option<ElementType> s_ensembleType = s_ensemble.Add("type", ElementType.Float32, ElementType.Float64);
    private static readonly Option<int> s_ensembleMode = s_ensemble.Add("mode", 0, 1, 2, 3, 4, 5, 6, -1);
    private static readonly Option<int> s_ensembleTransform = s_ensemble.Add("transform", 0, 3, 4);
    private static readonly Option<int> s_ensembleTargets = s_ensemble.Add("targets", 1, 2, 4);
    private static readonly Option<int> s_ensembleAggregate = s_ensemble.Add("aggregate", 0, 1, 2, 3);
    private static readonly Option<bool> s_ensembleMissing = s_ensemble.Add("missing values", false, true);

    static TreeCases()
    {
        // One score for two classes: ONNX Runtime leaves the second column unwritten by PROBIT, and does nothing by SOFTMAX (docs/differences.md).
        s_classifier.Forbid(s_transform, static transform => transform is "PROBIT" or "SOFTMAX" or "SOFTMAX_ZERO", s_classes, static classes => classes == "2");
        s_regressor.Forbid(s_regressorTransform, static transform => transform is "SOFTMAX" or "LOGISTIC" or "SOFTMAX_ZERO", s_targets, static targets => targets == 1);
    }

    public static IEnumerable<OperatorCases> All =>
    [
        new("TreeEnsembleClassifier", Classifier, Ml),
        new("TreeEnsembleRegressor", Regressor, Ml),
        new("TreeEnsemble", Ensemble, Ml),
    ];

    private static OperatorBuilder Classifier(CaseRandom random)
    {
        OptionRow row = random.Row(s_classifier);
        string kind = row.Get(s_classes);
        int classes = int.Parse(kind, System.Globalization.CultureInfo.InvariantCulture);
        string transform = row.Get(s_transform);
        ElementType type = row.Get(s_type);
        bool tensors = row.Get(s_tensors);
        (float low, float high) = Weights(transform, row.Get(s_positive));
        OperatorBuilder builder = new OperatorBuilder(random, "TreeEnsembleClassifier", 18, Ml).In(Features(random, type, row.Get(s_missing), out int columns), false);

        // Of two classes the first is scored, and decides on both, as exporters write it; the other forms are answered apart (docs/differences.md).
        bool two = classes == 2;
        Forest forest = Forest.Grow(random, columns, row.Get(s_mode), () => two ? [0] : [.. random.Permutation(classes).Take(random.Int(1, classes))]);
        forest.Write(builder, "class", type, tensors, row.Get(s_missing), (low, high));
        _ = row.Get(s_based) ? Numbers(builder, "base_values", random.Floats([two ? 1 : classes], low, high), tensors, type) : builder;
        return Transform(Labels(builder, classes, row.Get(s_text), "classlabels_int64s"), transform).Out(ElementType.Float32).Tolerance(1e-4, 1e-4);
    }

    private static OperatorBuilder Regressor(CaseRandom random)
    {
        OptionRow row = random.Row(s_regressor);
        int targets = row.Get(s_targets);
        string transform = row.Get(s_regressorTransform);
        ElementType type = row.Get(s_regressorType);
        bool tensors = row.Get(s_regressorTensors);
        (float low, float high) = Weights(transform, positive: false);
        OperatorBuilder builder = new OperatorBuilder(random, "TreeEnsembleRegressor", 18, Ml).In(Features(random, type, row.Get(s_regressorMissing), out int columns), false);
        string aggregate = row.Get(s_aggregate);

        // ONNX Runtime adds no base value to a target that no leaf scores (docs/differences.md).
        bool based = row.Get(s_regressorBased);
        Forest forest = Forest.Grow(random, columns, row.Get(s_regressorMode), () => [.. random.Permutation(targets).Take(based || aggregate is "MIN" or "MAX" ? targets : random.Int(1, targets))]);
        forest.Write(builder, "target", type, tensors, row.Get(s_regressorMissing), (low, high));
        _ = based ? Numbers(builder, "base_values", random.Floats([targets], low, high), tensors, type) : builder;
        _ = aggregate == "absent" ? builder : builder.Attr("aggregate_function", aggregate);
        return Transform(builder.Attr("n_targets", targets), transform).Out(ElementType.Float32).Tolerance(1e-4, 1e-4);
    }

    // PROBIT is of numbers in (0, 1).
    private static (float Low, float High) Weights(string transform, bool positive) => transform == "PROBIT" ? (0.02f, 0.1f) : positive ? (0.05f, 0.6f) : (-2, 2);

    private static TensorValue Features(CaseRandom random, ElementType type, bool missing, out int columns, bool whole = false)
    {
        long[] shape = [random.Pick(1, 1, 2, 3, 7, 40), random.Int(1, 5)];
        columns = (int)shape[1];
        float[] values = [.. Enumerable.Range(0, (int)(shape[0] * shape[1])).Select(_ => missing && random.Chance(0.15) ? float.NaN : whole ? random.Int(-3, 41) : random.Chance(0.5) ? random.Pick<float>(s_grid) : random.Single(-3, 3))];
        return type switch
        {
            ElementType.Float32 => TensorValue.Copy(values, shape),
            ElementType.Float64 => TensorValue.Copy(Array.ConvertAll(values, static x => (double)x), shape),
            ElementType.Int64 => random.Ints(shape, -3, 3),
            _ => TensorValue.Copy(Array.ConvertAll(random.Ints(shape, -3, 3).AsSpan<long>().ToArray(), static x => (int)x), shape),
        };
    }

    private static OperatorBuilder Numbers(OperatorBuilder builder, string name, TensorValue values, bool tensors, ElementType type) => tensors
        ? builder.MlOpset(3).With(OnnxAttribute.FromTensor($"{name}_as_tensor", Tensor(name, values, type)))
        : builder.Attr(name, values.AsSpan<float>().ToArray());

    private static OnnxTensor Tensor(string name, TensorValue values, ElementType type)
    {
        using TensorValue typed = type == ElementType.Float64 ? TensorValue.Copy(Array.ConvertAll(values.AsSpan<float>().ToArray(), static x => (double)x), values.Shape) : TensorValue.Copy(values.AsSpan<float>(), values.Shape);
        return OnnxTensor.FromBytes(name, (OnnxElementType)(int)typed.ElementType, typed.AsBytes().ToArray(), typed.Shape);
    }

    private static OperatorBuilder Ensemble(CaseRandom random)
    {
        OptionRow row = random.Row(s_ensemble);
        ElementType type = row.Get(s_ensembleType);
        int targets = row.Get(s_ensembleTargets);
        int transform = row.Get(s_ensembleTransform);
        (float low, float high) = Weights(transform == 4 ? "PROBIT" : "", positive: false);
        int mode = row.Get(s_ensembleMode);

        // ONNX Runtime cuts what it looks for in a set to an integer: 1.5 is of {1} (docs/differences.md).
        OperatorBuilder builder = new OperatorBuilder(random, "TreeEnsemble", 18, Ml).MlOpset(5).In(Features(random, type, row.Get(s_ensembleMissing), out int columns, mode is 6 or -1), false);
        Forest forest = Forest.Grow(random, columns, "", () => [random.Int(0, targets - 1)]);
        forest.WriteAsEnsemble(builder, type, row.Get(s_ensembleMissing), (low, high), mode);
        return builder.Attr("n_targets", targets).Attr("aggregate_function", row.Get(s_ensembleAggregate)).Attr("post_transform", transform).Out(type).Tolerance(1e-4, 1e-4);
    }

    /// <summary>Trees of random form, node by node.</summary>
    private sealed class Forest
    {
        private readonly List<Node> _nodes = [];

        private sealed record Node(int Tree, int Id, string Mode, int Feature, float Value)
        {
            public Node? True { get; set; }

            public Node? False { get; set; }

            public long[] Targets { get; init; } = [];
        }

        public static Forest Grow(CaseRandom random, int columns, string mode, Func<long[]> targets)
        {
            var forest = new Forest();
            for (int tree = random.Int(0, 3); tree >= 0; tree--)
            {
                int id = 0;
                Branch(random.Int(0, 4));

                Node Branch(int depth)
                {
                    if (depth == 0 || random.Chance(0.15))
                    {
                        var leaf = new Node(tree, id++, "LEAF", 0, 0) { Targets = targets() };
                        forest._nodes.Add(leaf);
                        return leaf;
                    }

                    var node = new Node(tree, id++, mode == "mixed" ? random.Pick<string>(s_modes) : mode, random.Int(0, columns - 1), random.Pick<float>(s_grid));
                    forest._nodes.Add(node);
                    node.True = Branch(depth - 1);
                    node.False = Branch(depth - 1);
                    return node;
                }
            }

            return forest;
        }

        public void Write(OperatorBuilder builder, string prefix, ElementType type, bool tensors, bool missing, (float Low, float High) weights)
        {
            builder.Attr("nodes_treeids", [.. _nodes.Select(static n => (long)n.Tree)]).Attr("nodes_nodeids", [.. _nodes.Select(static n => (long)n.Id)]).Attr("nodes_modes", [.. _nodes.Select(static n => n.Mode)])
                .Attr("nodes_featureids", [.. _nodes.Select(static n => (long)n.Feature)]).Attr("nodes_truenodeids", [.. _nodes.Select(static n => (long)(n.True?.Id ?? 0))])
                .Attr("nodes_falsenodeids", [.. _nodes.Select(static n => (long)(n.False?.Id ?? 0))]);
            _ = missing ? builder.Attr("nodes_missing_value_tracks_true", [.. _nodes.Select(_ => (long)builder.Random.Int(0, 1))]) : builder;
            (Node Leaf, long Target)[] leaves = [.. _nodes.SelectMany(static n => n.Targets.Select(t => (n, t)))];
            builder.Attr($"{prefix}_treeids", [.. leaves.Select(static l => (long)l.Leaf.Tree)]).Attr($"{prefix}_nodeids", [.. leaves.Select(static l => (long)l.Leaf.Id)]).Attr($"{prefix}_ids", [.. leaves.Select(static l => l.Target)]);
            Numbers(builder, "nodes_values", TensorValue.Copy([.. _nodes.Select(static n => n.Value)], [_nodes.Count]), tensors, type);
            Numbers(builder, $"{prefix}_weights", builder.Random.Floats([leaves.Length], weights.Low, weights.High), tensors, type);
        }

        // Inner nodes and leaves are numbered apart; a tree of one leaf has a node both of whose ways lead to it.
        public void WriteAsEnsemble(OperatorBuilder builder, ElementType type, bool missing, (float Low, float High) weights, int mode)
        {
            CaseRandom random = builder.Random;
            var inner = new List<(int Feature, float Value, int True, bool TrueLeaf, int False, bool FalseLeaf)>();
            var targets = new List<long>();
            var roots = new List<long>();
            foreach (Node root in _nodes.Where(static n => n.Id == 0))
            {
                roots.Add(inner.Count);
                if (root.True is null)
                {
                    int leaf = Leaf(root);
                    inner.Add((0, 0, leaf, true, leaf, true));
                    continue;
                }

                Add(root);
            }

            int Leaf(Node node)
            {
                targets.Add(node.Targets[0]);
                return targets.Count - 1;
            }

            int Add(Node node)
            {
                int at = inner.Count;
                inner.Add(default);
                bool trueLeaf = node.True!.True is null, falseLeaf = node.False!.True is null;
                int whenTrue = trueLeaf ? Leaf(node.True) : Add(node.True);
                int whenFalse = falseLeaf ? Leaf(node.False) : Add(node.False);
                inner[at] = (node.Feature, node.Value, whenTrue, trueLeaf, whenFalse, falseLeaf);
                return at;
            }

            byte[] modes = [.. inner.Select(_ => (byte)(mode < 0 ? random.Int(0, 6) : mode))];
            float[] members = [.. modes.Where(static m => m == 6).SelectMany(_ => Enumerable.Range(0, random.Int(1, 4)).Select(_ => (float)random.Int(-3, 40)).Append(float.NaN))];
            builder.Attr("tree_roots", [.. roots]).Attr("nodes_featureids", [.. inner.Select(static n => (long)n.Feature)])
                .With(OnnxAttribute.FromTensor("nodes_modes", OnnxTensor.FromBytes("modes", OnnxElementType.UInt8, modes, [modes.Length])))
                .With(OnnxAttribute.FromTensor("nodes_splits", Tensor("splits", TensorValue.Copy([.. inner.Select(static n => n.Value)], [inner.Count]), type)))
                .Attr("nodes_truenodeids", [.. inner.Select(static n => (long)n.True)]).Attr("nodes_trueleafs", [.. inner.Select(static n => n.TrueLeaf ? 1L : 0)])
                .Attr("nodes_falsenodeids", [.. inner.Select(static n => (long)n.False)]).Attr("nodes_falseleafs", [.. inner.Select(static n => n.FalseLeaf ? 1L : 0)])
                .Attr("leaf_targetids", [.. targets]).With(OnnxAttribute.FromTensor("leaf_weights", Tensor("weights", random.Floats([targets.Count], weights.Low, weights.High), type)));
            _ = missing ? builder.Attr("nodes_missing_value_tracks_true", [.. inner.Select(_ => (long)random.Int(0, 1))]) : builder;
            _ = members.Length > 0 ? builder.With(OnnxAttribute.FromTensor("membership_values", Tensor("members", TensorValue.Copy(members, [members.Length]), type))) : builder;
        }
    }
}
