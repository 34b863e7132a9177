using Inference.Operators.Typed;
using Inference.Rewriting.Framework;

namespace Inference.Rewriting.Rewrites;

/// <summary>
/// Folds BatchNormalization at inference into the Conv, ConvTranspose or Gemm before it: with s = scale/√(var + ε), W' = s·W and B' = (B − mean)·s + bias, per output channel.
/// One that stands alone in a graph of convolutions (pre-activation networks) becomes a 1×1 convolution of each channel by s, which layout and epilogues know.
/// </summary>
[Pattern("BatchNormalization", "Conv", "ConvTranspose", "Gemm")]
internal static class BatchNormFolding
{
    public static void Run(ModelGraph graph)
    {
        var uses = new UseMap(graph);
        var removed = new HashSet<Node>();
        bool convolutions = graph.Nodes.Exists(n => n is { OpType: "Conv", Domain.Length: 0 } && n.HasInput(1) && n.Inputs[1]!.Constant is { Type: ElementType.Float32 });
        for (int i = 0; i < graph.Nodes.Count; i++)
        {
            Node node = graph.Nodes[i];
            foreach (ModelGraph inner in GraphEdit.InnerGraphs(node))
            {
                Run(inner);
            }

            if (node is { OpType: "BatchNormalization", Domain.Length: 0, Outputs.Count: 1 } && node.Attributes.Int("training_mode", 0) == 0
                && node.Inputs is [{ Producer: { OpType: "Conv" or "ConvTranspose" or "Gemm", Domain.Length: 0, Outputs: [{ }] } conv }, ..] && !removed.Contains(conv)
                && uses.OnlyUser(conv.Outputs[0]!) == node && (conv.OpType == "Gemm" ? TryFoldProduct(conv, node) : TryFold(conv, node)))
            {
                removed.Add(node);
            }
            else if (convolutions && node is { OpType: "BatchNormalization", Domain.Length: 0, Outputs.Count: 1 } && node.Attributes.Int("training_mode", 0) == 0)
            {
                graph.Nodes[i] = ScaledAlone(node) ?? node;
            }
        }

        graph.Nodes.RemoveAll(removed.Contains);
    }

    private static bool TryFold(Node conv, Node norm)
    {
        if (!conv.HasInput(1) || conv.Inputs[1]!.Constant is not { Type: ElementType.Float32, Rank: >= 3, Count: > 0 } weights || conv.Attributes.Contains(FusedActivation.Attribute))
        {
            return false;
        }

        bool transposed = conv.OpType == "ConvTranspose";
        long group = conv.Attributes.Int("group", 1);
        if (group < 1 || weights.Dims[0] % group != 0)
        {
            return false;
        }

        long channels = transposed ? weights.Dims[1] * group : weights.Dims[0];
        Tensor? bias = conv.HasInput(2) ? conv.Inputs[2]!.Constant : null;
        if ((conv.HasInput(2) && (bias is not { Type: ElementType.Float32, Rank: 1 } || bias.Count != channels)) || !Parameter(norm, 1, channels, out Span<float> scale) || !Parameter(norm, 2, channels, out Span<float> shift)
            || !Parameter(norm, 3, channels, out Span<float> mean) || !Parameter(norm, 4, channels, out Span<float> variance))
        {
            return false;
        }

        float epsilon = norm.Attributes.Float("epsilon", 1e-5f);
        Tensor newWeights = weights.Clone();
        Tensor newBias = Tensor.Allocate(ElementType.Float32, [channels]);
        Span<float> w = newWeights.Span<float>();
        int block = transposed ? checked((int)TensorShape.Count(weights.Dims[2..])) : checked((int)(weights.Count / channels));
        for (int c = 0; c < channels; c++)
        {
            // A variance of 0 without ε makes ±∞ of every deviation but 0, which a filter times ∞ does not.
            float factor = scale[c] / MathF.Sqrt(variance[c] + epsilon);
            if (!float.IsFinite(factor))
            {
                return false;
            }

            newBias.Span<float>()[c] = ((bias is null ? 0f : bias.Span<float>()[c]) - mean[c]) * factor + shift[c];
            if (!transposed)
            {
                System.Numerics.Tensors.TensorPrimitives.Multiply(w.Slice(c * block, block), factor, w.Slice(c * block, block));
                continue;
            }

            // W[C, O/group, kernel..]: the filters of one output channel lie in each input channel of its group.
            long perGroup = weights.Dims[1];
            long inputs = weights.Dims[0] / group;
            for (long i = 0; i < inputs; i++)
            {
                int start = checked((int)(((c / perGroup * inputs) + i) * perGroup + c % perGroup) * block);
                System.Numerics.Tensors.TensorPrimitives.Multiply(w.Slice(start, block), factor, w.Slice(start, block));
            }
        }

        Replace(conv, norm, newWeights, newBias);
        return true;
    }

    // Y = α·A·B + C with the columns of B as channels.
    private static bool TryFoldProduct(Node gemm, Node norm)
    {
        if (!gemm.HasInput(1) || gemm.Inputs[1]!.Constant is not { Type: ElementType.Float32, Rank: 2, Count: > 0 } weights || gemm.Attributes.Float("beta", 1f) != 1f || gemm.Attributes.Contains(FusedActivation.Attribute))
        {
            return false;
        }

        bool transposed = gemm.Attributes.Int("transB", 0) != 0;
        int channels = checked((int)weights.Dims[transposed ? 0 : 1]);
        int depth = checked((int)weights.Dims[transposed ? 1 : 0]);
        Tensor? bias = gemm.HasInput(2) ? gemm.Inputs[2]!.Constant : null;
        bool hasRow = bias is { Type: ElementType.Float32, Rank: 1 or 2 } && bias.Count == channels && bias.Dims[^1] == channels;
        if ((gemm.HasInput(2) && !hasRow) || !Parameter(norm, 1, channels, out Span<float> scale) || !Parameter(norm, 2, channels, out Span<float> shift)
            || !Parameter(norm, 3, channels, out Span<float> mean) || !Parameter(norm, 4, channels, out Span<float> variance))
        {
            return false;
        }

        float epsilon = norm.Attributes.Float("epsilon", 1e-5f);
        Tensor newWeights = weights.Clone();
        Tensor newBias = Tensor.Allocate(ElementType.Float32, [channels]);
        Span<float> w = newWeights.Span<float>();
        for (int c = 0; c < channels; c++)
        {
            float factor = scale[c] / MathF.Sqrt(variance[c] + epsilon);
            if (!float.IsFinite(factor))
            {
                return false;
            }

            newBias.Span<float>()[c] = ((bias is null ? 0f : bias.Span<float>()[c]) - mean[c]) * factor + shift[c];
            for (int k = 0; k < depth; k++)
            {
                w[transposed ? (c * depth) + k : (k * channels) + c] *= factor;
            }
        }

        Replace(gemm, norm, newWeights, newBias);
        return true;
    }

    private static void Replace(Node node, Node norm, Tensor weights, Tensor bias)
    {
        node.Inputs[1] = ConstantValue.Of($"{node.Inputs[1]!.Name}:folded", weights);
        while (node.Inputs.Count < 3)
        {
            node.Inputs.Add(null);
        }

        node.Inputs[2] = ConstantValue.Of($"{node.Inputs[1]!.Name}:bias", bias);
        node.Outputs[0] = norm.Outputs[0];
        node.Outputs[0]!.Producer = node;
        NodeFactory.SetOperator(node);
    }

    private static Node? ScaledAlone(Node norm)
    {
        if (norm.Inputs[0]?.Type is not { ElementType: ElementType.Float32, Shape: { Count: 3 or 4 } shape } || shape[1].Size is not (> 0 and var channels)
            || !Parameter(norm, 1, channels, out Span<float> scale) || !Parameter(norm, 2, channels, out Span<float> shift)
            || !Parameter(norm, 3, channels, out Span<float> mean) || !Parameter(norm, 4, channels, out Span<float> variance))
        {
            return null;
        }

        float epsilon = norm.Attributes.Float("epsilon", 1e-5f);
        Tensor weights = Tensor.Allocate(ElementType.Float32, shape.Count == 4 ? [channels, 1, 1, 1] : [channels, 1, 1]);
        Tensor bias = Tensor.Allocate(ElementType.Float32, [channels]);
        for (int c = 0; c < channels; c++)
        {
            float factor = scale[c] / MathF.Sqrt(variance[c] + epsilon);
            if (!float.IsFinite(factor))
            {
                return null;
            }

            weights.Span<float>()[c] = factor;
            bias.Span<float>()[c] = shift[c] - (mean[c] * factor);
        }

        Value output = norm.Outputs[0]!;
        var attributes = new AttributeMap();
        attributes.Set("group", channels);
        var node = new Node(norm.Name, "", "Conv", 11) { Attributes = attributes, SourceIndex = norm.SourceIndex };
        node.Inputs.AddRange([norm.Inputs[0], ConstantValue.Of($"{output.Name}:scale", weights), ConstantValue.Of($"{output.Name}:shift", bias)]);
        node.Outputs.Add(output);
        output.Producer = node;
        NodeFactory.SetOperator(node);
        return node;
    }

    private static bool Parameter(Node norm, int index, long channels, out Span<float> values)
    {
        values = default;
        if (!norm.HasInput(index) || norm.Inputs[index]!.Constant is not { Type: ElementType.Float32, Rank: 1 } constant || constant.Count != channels)
        {
            return false;
        }

        values = constant.Span<float>();
        return true;
    }
}
