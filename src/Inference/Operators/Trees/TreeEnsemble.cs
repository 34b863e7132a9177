using System.Numerics;
using Inference.Operators.Scoring;

namespace Inference.Operators.Trees;

/// <summary>Y[n, t] = transform(aggregate of the weights for target t of the leaves that row n reaches). Source: ONNX-ML TreeEnsemble, opset 5.</summary>
internal sealed class TreeEnsemble : Operator
{
    private readonly TreeScores _scores;
    private readonly PostTransform _transform;
    private readonly int _targets;

    public TreeEnsemble(Node node)
    {
        _targets = MlAttributes.Count(node, "n_targets", 1);
        long aggregate = node.Attributes.Int("aggregate_function", 1);
        long transform = node.Attributes.Int("post_transform", 0);
        if (aggregate is < 0 or > 3 || transform is < 0 or > 4)
        {
            throw new ModelLoadException($"{node.Describe()}: expected aggregate_function in [0, 3] and post_transform in [0, 4], got {aggregate} and {transform}.");
        }

        _transform = (PostTransform)transform;
        TreeSource source = Read(node);
        _scores = new(node, source, _targets, (TreeAggregate)aggregate);
    }

    protected override void InferOutputs(InferContext context)
    {
        context.SetOutput(0, context.InputType(0), [FeatureRows.Rows(context, 0), Dimension.Fixed(_targets)]);
    }

    public override void Run(KernelContext context)
    {
        Tensor x = context.Input(0);
        Tensor y = context.Output(0);
        _scores.Run(context, x, new Finish<float>(_transform, y), new Finish<double>(_transform, y));
    }

    public override void PropagateBatch(BatchContext context) => MlBatch.Rows(context);

    // Inner nodes keep their numbers; each reference to a leaf becomes a node of its own after them.
    private static TreeSource Read(Node node)
    {
        AttributeMap attributes = node.Attributes;
        long[] features = attributes.Ints("nodes_featureids") ?? [];
        int count = features.Length;
        byte[] modes = attributes.Tensor("nodes_modes") is { Type: ElementType.UInt8 } given ? given.Span<byte>().ToArray() : [];
        TreeAttributes.Checked(node, "nodes_modes", modes, count);
        double[] splits = TreeAttributes.Checked(node, "nodes_splits", attributes.Tensor("nodes_splits") is { } values ? TreeAttributes.Numbers(values) : [], count);
        long[] trueIds = TreeAttributes.Checked(node, "nodes_truenodeids", attributes.Ints("nodes_truenodeids"), count);
        long[] falseIds = TreeAttributes.Checked(node, "nodes_falsenodeids", attributes.Ints("nodes_falsenodeids"), count);
        long[] trueLeafs = TreeAttributes.Checked(node, "nodes_trueleafs", attributes.Ints("nodes_trueleafs"), count);
        long[] falseLeafs = TreeAttributes.Checked(node, "nodes_falseleafs", attributes.Ints("nodes_falseleafs"), count);
        long[]? missing = attributes.Ints("nodes_missing_value_tracks_true") is { Length: > 0 } tracks
            ? TreeAttributes.Checked(node, "nodes_missing_value_tracks_true", tracks, count)
            : null;
        long[] leafTargets = attributes.Ints("leaf_targetids") ?? [];
        double[] leafWeights = TreeAttributes.Checked(node, "leaf_weights", attributes.Tensor("leaf_weights") is { } weights ? TreeAttributes.Numbers(weights) : [], leafTargets.Length);

        if (count > int.MaxValue / 3)
        {
            throw new ModelLoadException($"{node.Describe()}: attribute 'nodes_featureids': expected at most {int.MaxValue / 3} nodes, got {count}.");
        }

        int total = count * 3;
        var kinds = new TreeMode[total];
        var trueChildren = new int[total];
        var falseChildren = new int[total];
        var leaves = new List<(long, double)>?[total];
        for (int i = 0; i < count; i++)
        {
            kinds[i] = modes[i] <= 6 ? (TreeMode)modes[i] : throw new ModelLoadException($"{node.Describe()}: attribute 'nodes_modes': expected values in [0, 6], got {modes[i]}.");
            trueChildren[i] = Child(trueIds[i], trueLeafs[i], count + (2 * i));
            falseChildren[i] = Child(falseIds[i], falseLeafs[i], count + (2 * i) + 1);
        }

        return new TreeSource
        {
            Modes = kinds,
            Features = [.. features, .. new long[2 * count]],
            Thresholds = [.. splits, .. new double[2 * count]],
            TrueChildren = trueChildren,
            FalseChildren = falseChildren,
            MissingIsTrue = [.. missing is null ? new bool[count] : Array.ConvertAll(missing, m => m != 0), .. new bool[2 * count]],
            Sets = ReadSets(node, kinds, count, total),
            Weights = leaves,
            Roots = [.. Array.ConvertAll(attributes.Ints("tree_roots") ?? [], r => r >= 0 && r < count ? (int)r : -1)],
        };

        int Child(long id, long isLeaf, int own)
        {
            if (isLeaf == 0)
            {
                return id >= 0 && id < count ? (int)id : -1;
            }

            if (id < 0 || id >= leafTargets.Length)
            {
                throw new ModelLoadException($"{node.Describe()}: expected leaves in [0, {leafTargets.Length - 1}], got {id}.");
            }

            kinds[own] = TreeMode.Leaf;
            leaves[own] = [(leafTargets[id], leafWeights[id])];
            return own;
        }
    }

    // The sets of all set nodes one after another, each ended by NaN.
    private static double[]?[] ReadSets(Node node, TreeMode[] kinds, int count, int total)
    {
        var sets = new double[]?[total];
        double[] members = node.Attributes.Tensor("membership_values") is { } tensor ? TreeAttributes.Numbers(tensor) : [];
        int next = 0;
        for (int i = 0; i < count; i++)
        {
            if (kinds[i] != TreeMode.Member)
            {
                continue;
            }

            if (next >= members.Length)
            {
                throw new ModelLoadException($"{node.Describe()}: attribute 'membership_values': expected a set, ended by NaN, for each node of mode 6, got {members.Length} values for more nodes.");
            }

            int end = next;
            while (end < members.Length && !double.IsNaN(members[end]))
            {
                end++;
            }

            sets[i] = members[next..end];
            next = end + 1;
        }

        return sets;
    }

    private readonly struct Finish<C>(PostTransform transform, Tensor y) : IRowFinish<C>
        where C : unmanaged, IFloatingPointIeee754<C>
    {
        public void Row(int row, Span<C> scores, ReadOnlySpan<bool> has)
        {
            // One target is transformed by PROBIT alone, as in TreeEnsembleRegressor.
            if (transform is PostTransform.Probit || (transform is not PostTransform.None && scores.Length > 1))
            {
                Span<float> single = scores.Length <= 256 ? stackalloc float[scores.Length] : new float[scores.Length];
                for (int i = 0; i < single.Length; i++)
                {
                    single[i] = float.CreateTruncating(scores[i]);
                }

                PostTransforms.Apply(transform, single);
                for (int i = 0; i < single.Length; i++)
                {
                    scores[i] = C.CreateTruncating(single[i]);
                }
            }

            int start = row * scores.Length;
            for (int i = 0; i < scores.Length; i++)
            {
                switch (y.Type)
                {
                    case ElementType.Float32:
                        y.Span<float>()[start + i] = float.CreateTruncating(scores[i]);
                        break;
                    case ElementType.Float64:
                        y.Span<double>()[start + i] = double.CreateTruncating(scores[i]);
                        break;
                    default:
                        y.Span<Half>()[start + i] = Half.CreateTruncating(scores[i]);
                        break;
                }
            }
        }
    }
}
