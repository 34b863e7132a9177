using Inference.Operators.Scoring;

namespace Inference.Operators.Trees;

/// <summary>Reads trees from the attributes of the classifier and the regressor (opsets 1 to 3).</summary>
internal static class TreeAttributes
{
    /// <summary>Reads the nodes, and the weights whose attributes start with <paramref name="prefix"/> ("class" or "target").</summary>
    public static TreeSource Read(Node node, string prefix)
    {
        AttributeMap attributes = node.Attributes;
        long[] trees = attributes.Ints("nodes_treeids") ?? [];
        int count = trees.Length;
        long[] ids = Checked(node, "nodes_nodeids", attributes.Ints("nodes_nodeids"), count);
        long[] features = Checked(node, "nodes_featureids", attributes.Ints("nodes_featureids"), count);
        long[] trueIds = Checked(node, "nodes_truenodeids", attributes.Ints("nodes_truenodeids"), count);
        long[] falseIds = Checked(node, "nodes_falsenodeids", attributes.Ints("nodes_falsenodeids"), count);
        string[] modes = Checked(node, "nodes_modes", attributes.Strings("nodes_modes"), count);
        double[] thresholds = Checked(node, "nodes_values", Numbers(attributes, "nodes_values"), count);
        long[]? missing = attributes.Ints("nodes_missing_value_tracks_true") is { Length: > 0 } given ? Checked(node, "nodes_missing_value_tracks_true", given, count) : null;

        var index = new Dictionary<(long, long), int>(count);
        for (int i = 0; i < count; i++)
        {
            if (!index.TryAdd((trees[i], ids[i]), i))
            {
                throw new ModelLoadException($"{node.Describe()}: expected each node of a tree to occur once, got node {ids[i]} of tree {trees[i]} twice.");
            }
        }

        var kinds = new TreeMode[count];
        var trueChildren = new int[count];
        var falseChildren = new int[count];
        var isChild = new bool[count];
        for (int i = 0; i < count; i++)
        {
            kinds[i] = Mode(node, modes[i]);
            if (kinds[i] != TreeMode.Leaf)
            {
                isChild[trueChildren[i] = Find(node, index, trees[i], trueIds[i])] = true;
                isChild[falseChildren[i] = Find(node, index, trees[i], falseIds[i])] = true;
            }
        }

        var roots = new List<int>();
        for (int i = 0; i < count; i++)
        {
            if (!isChild[i])
            {
                roots.Add(i);
            }
        }

        RequireTrees(node, roots, kinds, trueChildren, falseChildren);
        return new TreeSource
        {
            Modes = kinds,
            Features = features,
            Thresholds = thresholds,
            TrueChildren = trueChildren,
            FalseChildren = falseChildren,
            MissingIsTrue = missing is null ? new bool[count] : Array.ConvertAll(missing, m => m != 0),
            Sets = new double[]?[count],
            Weights = ReadWeights(node, prefix, index, count),
            Roots = roots,
        };
    }

    // A node that no root reaches lies on a ring.
    private static void RequireTrees(Node node, List<int> roots, TreeMode[] kinds, int[] trueChildren, int[] falseChildren)
    {
        long reached = 0;
        var pending = new Stack<int>(roots);
        while (reached <= kinds.Length && pending.TryPop(out int next))
        {
            reached++;
            if (kinds[next] != TreeMode.Leaf)
            {
                pending.Push(falseChildren[next]);
                pending.Push(trueChildren[next]);
            }
        }

        if (reached != kinds.Length)
        {
            throw new ModelLoadException($"{node.Describe()}: expected {kinds.Length} nodes that form trees, but some are reached twice or are not reachable from a root. Check the ids of the children.");
        }
    }

    /// <summary>Floats of an attribute, or of its <c>_as_tensor</c> form; null where there are none.</summary>
    public static double[]? Numbers(AttributeMap attributes, string name)
    {
        if (attributes.Floats(name) is { Length: > 0 } floats)
        {
            return Array.ConvertAll(floats, f => (double)f);
        }

        return attributes.Tensor(name + "_as_tensor") is { Count: > 0 } tensor ? Numbers(tensor) : null;
    }

    public static double[] Numbers(Tensor tensor)
    {
        var result = new double[tensor.Count];
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = FeatureRows.At<double>(tensor, i);
        }

        return result;
    }

    public static TreeMode Mode(Node node, string name) => name switch
    {
        "BRANCH_LEQ" => TreeMode.LessOrEqual,
        "BRANCH_LT" => TreeMode.Less,
        "BRANCH_GTE" => TreeMode.GreaterOrEqual,
        "BRANCH_GT" => TreeMode.Greater,
        "BRANCH_EQ" => TreeMode.Equal,
        "BRANCH_NEQ" => TreeMode.NotEqual,
        "LEAF" => TreeMode.Leaf,
        _ => throw new ModelLoadException($"{node.Describe()}: attribute 'nodes_modes': expected BRANCH_LEQ, BRANCH_LT, BRANCH_GTE, BRANCH_GT, BRANCH_EQ, BRANCH_NEQ or LEAF, got '{name}'."),
    };

    public static T[] Checked<T>(Node node, string name, T[]? values, int count) => values is not null && values.Length == count
        ? values
        : throw new ModelLoadException($"{node.Describe()}: attribute '{name}': expected {count} values, got {values?.Length ?? 0}.");

    private static int Find(Node node, Dictionary<(long, long), int> index, long tree, long id) => index.TryGetValue((tree, id), out int found)
        ? found
        : throw new ModelLoadException($"{node.Describe()}: expected children that are nodes of tree {tree}, got {id}, which does not exist.");

    private static List<(long, double)>?[] ReadWeights(Node node, string prefix, Dictionary<(long, long), int> index, int count)
    {
        long[] trees = node.Attributes.Ints($"{prefix}_treeids") ?? [];
        long[] ids = Checked(node, $"{prefix}_nodeids", node.Attributes.Ints($"{prefix}_nodeids") ?? [], trees.Length);
        long[] targets = Checked(node, $"{prefix}_ids", node.Attributes.Ints($"{prefix}_ids") ?? [], trees.Length);
        double[] weights = Checked(node, $"{prefix}_weights", Numbers(node.Attributes, $"{prefix}_weights") ?? [], trees.Length);
        var result = new List<(long, double)>?[count];
        for (int i = 0; i < trees.Length; i++)
        {
            (result[Find(node, index, trees[i], ids[i])] ??= []).Add((targets[i], weights[i]));
        }

        return result;
    }
}
