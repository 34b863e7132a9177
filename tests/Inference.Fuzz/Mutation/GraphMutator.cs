using Inference.Onnx;

namespace Inference.Fuzz.Mutation;

/// <summary>Breaks the rules of ONNX in a model that stays well-formed protobuf.</summary>
internal static class GraphMutator
{
    private static readonly string[] s_operators =
    [
        "Add", "MatMul", "Gemm", "Conv", "Reshape", "Transpose", "Concat", "Split", "Gather", "Slice", "Softmax", "ReduceMean", "LSTM", "Loop", "If", "Scan", "Resize", "Pad", "TopK", "Expand",
        "Tile", "Cast", "Clip", "OneHot", "NonZero", "Range", "QuantizeLinear", "MatMulInteger", "SequenceAt", "Einsum", "NoSuchOperator",
    ];

    private static readonly OnnxAttributeKind[] s_kinds =
    [
        OnnxAttributeKind.Float, OnnxAttributeKind.Int, OnnxAttributeKind.String, OnnxAttributeKind.Tensor, OnnxAttributeKind.Graph,
        OnnxAttributeKind.Floats, OnnxAttributeKind.Ints, OnnxAttributeKind.Strings, OnnxAttributeKind.Tensors, OnnxAttributeKind.Graphs,
    ];

    public static readonly Action<OnnxModel, Random>[] All =
    [
        Cycle, MissingInput, ExtraInput, DropInput, DuplicateName, RemoveNode, RepeatNode, SwapNodes, OtherOperator, WrongRank, HugeWeightDims, OtherWeightType, RemoveWeight, ExtremeWeight,
        InputDims, InputType, RenameOutput, UnknownOpset, ExtremeAttribute, DropAttribute, OtherAttributeKind,
    ];

    private static void Cycle(OnnxModel model, Random random)
    {
        List<OnnxNode> nodes = model.Graph.Nodes;
        OnnxNode first = Pick(nodes, random);
        OnnxNode later = nodes[random.Next(nodes.IndexOf(first), nodes.Count)];
        if (first.Inputs.Count > 0 && later.Outputs.Count > 0)
        {
            first.Inputs[random.Next(first.Inputs.Count)] = later.Outputs[0];
        }
    }

    private static void MissingInput(OnnxModel model, Random random) => ChangeInput(model, random, _ => random.Next(2) == 0 ? "" : "no such value");

    private static void ExtraInput(OnnxModel model, Random random) => Pick(model.Graph.Nodes, random).Inputs.Add(AnyValue(model, random));

    private static void DropInput(OnnxModel model, Random random)
    {
        OnnxNode node = Pick(model.Graph.Nodes, random);
        if (node.Inputs.Count > 0)
        {
            node.Inputs.RemoveAt(random.Next(node.Inputs.Count));
        }
    }

    private static void DuplicateName(OnnxModel model, Random random)
    {
        OnnxNode node = Pick(model.Graph.Nodes, random);
        if (random.Next(3) == 0 && model.Graph.Initializers.Count > 0)
        {
            model.Graph.Initializers.Add(Pick(model.Graph.Initializers, random));
        }
        else if (node.Outputs.Count > 0)
        {
            node.Outputs[0] = AnyValue(model, random);
        }
    }

    private static void RemoveNode(OnnxModel model, Random random)
    {
        // One is left, so that further damage finds a node.
        if (model.Graph.Nodes.Count > 1)
        {
            model.Graph.Nodes.RemoveAt(random.Next(model.Graph.Nodes.Count));
        }
    }

    private static void RepeatNode(OnnxModel model, Random random) => model.Graph.Nodes.Insert(random.Next(model.Graph.Nodes.Count), Pick(model.Graph.Nodes, random));

    private static void SwapNodes(OnnxModel model, Random random)
    {
        List<OnnxNode> nodes = model.Graph.Nodes;
        int a = random.Next(nodes.Count);
        int b = random.Next(nodes.Count);
        (nodes[a], nodes[b]) = (nodes[b], nodes[a]);
    }

    private static void OtherOperator(OnnxModel model, Random random) => Pick(model.Graph.Nodes, random).OpType = random.Next(2) == 0 ? Pick(model.Graph.Nodes, random).OpType : s_operators[random.Next(s_operators.Length)];

    private static void WrongRank(OnnxModel model, Random random) => ChangeWeight(model, random, weight => weight.Dims = random.Next(3) switch
    {
        0 => [1, .. weight.Dims],
        1 => [weight.Dims.Aggregate(1L, (p, d) => p * d)],
        _ => [.. weight.Dims.Reverse()],
    });

    private static void HugeWeightDims(OnnxModel model, Random random) => ChangeWeight(model, random, weight =>
    {
        if (weight.Dims.Length > 0)
        {
            weight.Dims = [.. weight.Dims];
            weight.Dims[random.Next(weight.Dims.Length)] = Mutator.Extreme(random);
        }
    });

    private static void OtherWeightType(OnnxModel model, Random random) => ChangeWeight(model, random, weight => weight.ElementType = (OnnxElementType)random.Next(0, 27));

    private static void RemoveWeight(OnnxModel model, Random random)
    {
        if (model.Graph.Initializers.Count > 0)
        {
            model.Graph.Initializers.RemoveAt(random.Next(model.Graph.Initializers.Count));
        }
    }

    // Shapes, axes, counts and indices are integer weights.
    private static void ExtremeWeight(OnnxModel model, Random random)
    {
        OnnxTensor[] integers = [.. model.GetTensors().Where(t => t.ElementType == OnnxElementType.Int64 && t.ElementCount is > 0 and < 64)];
        if (integers.Length == 0)
        {
            return;
        }

        OnnxTensor tensor = integers[random.Next(integers.Length)];
        long[] values = new long[tensor.ElementCount];
        System.Runtime.InteropServices.MemoryMarshal.Cast<byte, long>(tensor.GetBytes().Span).CopyTo(values);
        values[random.Next(values.Length)] = Mutator.Extreme(random);
        tensor.SetBytes(OnnxElementType.Int64, System.Runtime.InteropServices.MemoryMarshal.AsBytes<long>(values).ToArray(), tensor.Dims);
    }

    private static void InputDims(OnnxModel model, Random random)
    {
        OnnxShape? shape = Pick(random.Next(3) == 0 ? model.Graph.Outputs : model.Graph.Inputs, random).Type?.Shape;
        if (shape is null || shape.Dimensions.Count == 0 || random.Next(4) == 0)
        {
            shape?.Dimensions.Add(OnnxDimension.Of(random.Next(1, 4)));
            return;
        }

        int axis = random.Next(shape.Dimensions.Count);
        shape.Dimensions[axis] = OnnxDimension.Of(random.Next(2) == 0 ? random.Next(0, 40) : Mutator.Extreme(random));
    }

    private static void InputType(OnnxModel model, Random random)
    {
        if (Pick(model.Graph.Inputs, random).Type is { } type)
        {
            type.ElementType = (OnnxElementType)random.Next(0, 27);
        }
    }

    private static void RenameOutput(OnnxModel model, Random random) => Pick(model.Graph.Outputs, random).Name = random.Next(2) == 0 ? "no such value" : AnyValue(model, random);

    private static void UnknownOpset(OnnxModel model, Random random)
    {
        if (model.OperatorSets.Count == 0 || random.Next(4) == 0)
        {
            model.OperatorSets.Clear();
            return;
        }

        OnnxOperatorSet set = Pick(model.OperatorSets, random);
        if (random.Next(4) == 0)
        {
            set.Domain = "no.such.domain";
        }
        else
        {
            set.Version = random.Next(2) == 0 ? random.Next(1, 30) : Mutator.Extreme(random);
        }
    }

    private static void ExtremeAttribute(OnnxModel model, Random random)
    {
        if (AnyAttribute(model, random) is not { } attribute)
        {
            return;
        }

        attribute.Int = Mutator.Extreme(random);
        attribute.Float = random.Next(4) switch { 0 => float.NaN, 1 => float.PositiveInfinity, 2 => -1e30f, _ => 0 };
        if (attribute.Ints.Length > 0)
        {
            attribute.Ints = random.Next(4) == 0 ? [.. attribute.Ints, 1] : [.. attribute.Ints];
            attribute.Ints[random.Next(attribute.Ints.Length)] = Mutator.Extreme(random);
        }

        if (attribute.Floats.Length > 0)
        {
            attribute.Floats = attribute.Floats[..random.Next(attribute.Floats.Length)];
        }
    }

    private static void DropAttribute(OnnxModel model, Random random)
    {
        OnnxNode node = Pick(model.Graph.Nodes, random);
        if (node.Attributes.Count > 0)
        {
            node.Attributes.RemoveAt(random.Next(node.Attributes.Count));
        }
    }

    private static void OtherAttributeKind(OnnxModel model, Random random)
    {
        if (AnyAttribute(model, random) is { } attribute)
        {
            // Kinds that hold one message need one, or the file cannot be written.
            attribute.Kind = s_kinds[random.Next(s_kinds.Length)];
            attribute.Tensor ??= OnnxTensor.Create<long>("", [1L], 1);
            attribute.Graph ??= new OnnxGraph();
        }
    }

    private static OnnxAttribute? AnyAttribute(OnnxModel model, Random random)
    {
        OnnxAttribute[] all = [.. model.Graph.Nodes.SelectMany(n => n.Attributes)];
        return all.Length == 0 ? null : all[random.Next(all.Length)];
    }

    private static void ChangeInput(OnnxModel model, Random random, Func<string, string> change)
    {
        OnnxNode node = Pick(model.Graph.Nodes, random);
        if (node.Inputs.Count > 0)
        {
            int at = random.Next(node.Inputs.Count);
            node.Inputs[at] = change(node.Inputs[at]);
        }
    }

    private static void ChangeWeight(OnnxModel model, Random random, Action<OnnxTensor> change)
    {
        if (model.Graph.Initializers.Count > 0)
        {
            change(Pick(model.Graph.Initializers, random));
        }
    }

    private static string AnyValue(OnnxModel model, Random random)
    {
        OnnxNode node = Pick(model.Graph.Nodes, random);
        return node.Outputs.Count > 0 ? node.Outputs[0] : Pick(model.Graph.Inputs, random).Name;
    }

    private static T Pick<T>(List<T> list, Random random) => list[random.Next(list.Count)];
}
