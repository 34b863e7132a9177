using Inference.Graph;
using Inference.Operators;

namespace Inference.Passes;

/// <summary>Operators that name axes: in a region they name the place where the axis lies there. Channel shuffles stay inside, too.</summary>
internal sealed partial class LayoutPropagation
{
    /// <summary>Nodes of a matched shuffle whose result nobody reads any more.</summary>
    private readonly HashSet<Node> _skipped = [];

    /// <summary>Gathers that pick every second channel: of which value, from which channel on.</summary>
    private readonly Dictionary<Node, (Value Source, long First)> _halves = [];

    private static long LastAxis(long axis, int rank)
    {
        long positive = axis < 0 ? axis + rank : axis;
        return positive switch { 0 => 0, 1 => rank - 1, _ => positive - 1 };
    }

    private bool Region(Node node, out Value x, out int rank)
    {
        rank = 0;
        x = null!;
        if (node.Inputs is [{ } input, ..] && _last.TryGetValue(input, out Value? last) && last.Type?.Shape is { Count: 3 or 4 } shape)
        {
            x = last;
            rank = shape.Count;
            return true;
        }

        return false;
    }

    private bool ConvertSoftmax(Node node, Value output)
    {
        if (node.Opset < 13 || !Region(node, out Value x, out int rank))
        {
            return false;
        }

        AttributeMap attributes = NodeFactory.Copy(node.Attributes);
        attributes.Set("axis", LastAxis(node.Attributes.Int("axis", -1), rank));
        Emit(node, "", node.OpType, node.Opset, [x], attributes, output, rank);
        return true;
    }

    private bool ConvertSlice(Node node, Value output)
    {
        if (node.Opset < 10 || !node.HasInput(3) || node.Inputs[3]!.Constant is not { Type: ElementType.Int64 or ElementType.Int32 } axes || !Region(node, out Value x, out int rank))
        {
            return false;
        }

        Value?[] inputs = [.. node.Inputs];
        inputs[0] = x;
        inputs[3] = Integers($"{output.Name}:axes", [.. axes.ToInt64Array().Select(a => LastAxis(a, rank))]);
        Emit(node, "", "Slice", node.Opset, inputs, node.Attributes, output, rank);
        return true;
    }

    private bool ConvertSplit(Node node)
    {
        if (node is not { OpType: "Split", Domain.Length: 0 } || !Region(node, out Value x, out int rank) || node.Outputs.Contains(null))
        {
            return false;
        }

        var split = new Node(node.Name, "", "Split", node.Opset) { Attributes = NodeFactory.Copy(node.Attributes), SourceIndex = node.SourceIndex };
        split.Attributes.Set("axis", LastAxis(node.Attributes.Int("axis", 0), rank));
        split.Inputs.Add(x);
        split.Inputs.AddRange(node.Inputs.Skip(1));
        foreach (Value? output in node.Outputs)
        {
            var last = new Value($"{output!.Name}:last") { Type = Permute(output.Type, rank), Producer = split };
            split.Outputs.Add(last);
            _last[output] = last;
        }

        NodeFactory.SetOperator(split);
        _nodes.Add(split);
        return true;
    }

    private bool ConvertResize(Node node, Value output)
    {
        if (node.Opset < 11 || node.Attributes.Contains("axes") || node.Attributes.String("coordinate_transformation_mode", "half_pixel") == "tf_crop_and_resize"
            || node.Attributes.String("keep_aspect_ratio_policy", "stretch") != "stretch" || !Region(node, out Value x, out int rank))
        {
            return false;
        }

        Value?[] inputs = [.. node.Inputs];
        inputs[0] = x;
        for (int i = 1; i < inputs.Length; i++)
        {
            if (node.HasInput(i))
            {
                Tensor? given = inputs[i]!.Constant;
                if (given is null || (i > 1 && given.Count != 0 && given.Count != rank))
                {
                    return false;
                }

                inputs[i] = i == 1 || given.Count == 0 ? inputs[i] : Reordered($"{output.Name}:{i}", given, rank);
            }
        }

        Emit(node, "", "Resize", node.Opset, inputs, node.Attributes, output, rank);
        return true;
    }

    private bool ConvertPad(Node node, Value output)
    {
        if (node.Opset < 11 || node.HasInput(3) || !node.HasInput(1) || node.Inputs[1]!.Constant is not { } pads || !Region(node, out Value x, out int rank)
            || pads.Count != 2 * rank)
        {
            return false;
        }

        Value?[] inputs = [.. node.Inputs];
        inputs[0] = x;
        inputs[1] = Reordered($"{output.Name}:pads", pads, rank);
        Emit(node, "", "Pad", node.Opset, inputs, node.Attributes, output, rank);
        return true;
    }

    // Reshape, Transpose, Reshape that put channels of groups side by side. With two groups and the halves picked from a new first axis:
    // [N·C/2, 2, HW] → [2, N·C/2, HW] → [2, N, C/2, H, W] picks every second channel. Else [N, g, C/g, H, W] → [N, C/g, g, H, W] → [N, C, H, W].
    private bool ConvertShuffle(Node reshape)
    {
        if (!Region(reshape, out Value x, out int rank) || rank != 4 || reshape.Inputs[0]!.Type?.Shape is not { } shape
            || _uses.OnlyUser(reshape.Outputs[0]!) is not { OpType: "Transpose", Domain.Length: 0, Outputs: [{ } moved] } transpose
            || _uses.OnlyUser(moved) is not { OpType: "Reshape", Domain.Length: 0, Outputs: [{ }] } second || second.Inputs[0] != moved
            || reshape.Outputs[0]!.Type?.Shape is not { } turned || second.Outputs[0]!.Type?.Shape is not { } result)
        {
            return false;
        }

        long[] perm = transpose.Attributes.Ints("perm") ?? [];
        if (perm is [0, 2, 1, 3, 4] && turned is [_, { Size: { } groups }, { Size: { } each }, _, _] && shape[1].Size == groups * each
            && EpilogueFusion.SameShape([shape[0], shape[2], shape[3]], [turned[0], turned[3], turned[4]]) && EpilogueFusion.SameShape(shape, result))
        {
            Interleave(reshape, second, x, groups, each);
            _skipped.Add(transpose);
            _skipped.Add(second);
            return true;
        }

        Value halves = second.Outputs[0]!;
        if (perm is not [1, 0, 2] || !EpilogueFusion.SameShape([.. result.Skip(1)], [shape[0], Half(shape[1]), shape[2], shape[3]])
            || turned is not [{ Size: { } rows }, { Size: 2 }, { Size: { } pixels }] || result[0].Size != 2 || shape[1].Size is not { } channels || shape[0].Size is not { } batch
            || rows * 2 != batch * channels || pixels != shape[2].Size * shape[3].Size || _uses.IsPinned(halves) || !_uses.Users(halves).All(IsHalf))
        {
            return false;
        }

        foreach (Node gather in _uses.Users(halves))
        {
            long index = gather.Inputs[1]!.Constant!.ToInt64Array()[0];
            _halves[gather] = (x, index < 0 ? index + 2 : index);
        }

        _skipped.Add(transpose);
        _skipped.Add(second);
        return true;

        bool IsHalf(Node user) => user is { OpType: "Gather", Domain.Length: 0 } && user.Inputs[0] == halves && user.Attributes.Int("axis", 0) is 0 or -5
            && user is { Inputs: [_, { Constant: { Rank: 0, Type: ElementType.Int64 or ElementType.Int32 } index }], Outputs: [{ }] } && index.ToInt64Array()[0] is >= -2 and <= 1;
    }

    private static Dimension Half(Dimension channels) => channels.Size is { } size && size % 2 == 0 ? Dimension.Fixed(size / 2) : Dimension.Unknown;

    // Zeros keep the dimensions of the image.
    private void Interleave(Node reshape, Node second, Value x, long groups, long each)
    {
        string name = second.Outputs[0]!.Name;
        Node split = NodeFactory.Make("", "Reshape", 13, $"{name}:groups", [x, Integers($"{name}:split", [0, 0, 0, groups, each])]);
        var attributes = new AttributeMap();
        attributes.Set("perm", new long[] { 0, 1, 2, 4, 3 });
        Node turn = NodeFactory.Make("", "Transpose", 13, $"{name}:turned", [split.Outputs[0]], attributes);
        _nodes.Add(split);
        _nodes.Add(turn);
        Emit(reshape, "", "Reshape", 13, [turn.Outputs[0], Integers($"{name}:joined", [0, 0, 0, groups * each])], new(), second.Outputs[0]!, 4);
    }

    private void EmitHalf(Node gather, Value output, Value source, long first)
    {
        int rank = source.Type!.Shape!.Count;
        Value?[] inputs =
        [
            source, Integers($"{output.Name}:starts", [first]), Integers($"{output.Name}:ends", [long.MaxValue]), Integers($"{output.Name}:axes", [rank - 1]),
            Integers($"{output.Name}:steps", [2]),
        ];
        Emit(gather, "", "Slice", 13, inputs, new(), output, rank);
    }

    // One value for each axis, or two such lists, in the order of the region.
    private static Value Reordered(string name, Tensor given, int rank)
    {
        Tensor moved = given.Clone();
        int size = given.Type.BitWidth() / 8;
        Span<byte> from = given.Bytes;
        Span<byte> to = moved.Bytes;
        for (int i = 0; i < given.Count; i++)
        {
            int target = (i / rank * rank) + (int)LastAxis(i % rank, rank);
            from.Slice(i * size, size).CopyTo(to[(target * size)..]);
        }

        return NodeFactory.Constant(name, moved);
    }

    private static Value Integers(string name, long[] values) => NodeFactory.Constant(name, Tensor.Create<long>(values, [values.Length]));
}
