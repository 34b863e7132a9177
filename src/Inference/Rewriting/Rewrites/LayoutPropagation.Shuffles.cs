using Inference.Rewriting.Framework;

namespace Inference.Rewriting.Rewrites;

/// <summary>Channel shuffles, which stay in a region.</summary>
internal sealed partial class LayoutPropagation
{
    /// <summary>Nodes of a matched shuffle whose result is no longer used.</summary>
    private readonly HashSet<Node> _skipped = [];

    /// <summary>Gathers that pick every second channel: of which value, from which channel on.</summary>
    private readonly Dictionary<Node, (Value Source, long First)> _halves = [];

    // Reshape, Transpose, Reshape that put channels of groups side by side. With two groups and the halves picked from a new first axis:
    // [N·C/2, 2, HW] → [2, N·C/2, HW] → [2, N, C/2, H, W] picks every second channel. Else [N, g, C/g, H, W] → [N, C/g, g, H, W] → [N, C, H, W].
    private bool ConvertShuffle(Node reshape)
    {
        if (!_region.TryGet(reshape, 0, out Value? x, out int rank) || rank != 4 || reshape.Inputs[0]!.Type?.Shape is not { } shape
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
        Node split = NodeFactory.Make("", "Reshape", 13, $"{name}:groups", [x, ConstantValue.Of($"{name}:split", 0, 0, 0, groups, each)]);
        var attributes = new AttributeMap();
        attributes.Set("perm", new long[] { 0, 1, 2, 4, 3 });
        Node turn = NodeFactory.Make("", "Transpose", 13, $"{name}:turned", [split.Outputs[0]], attributes);
        _nodes.Add(split);
        _nodes.Add(turn);
        Emit(reshape, "", "Reshape", 13, [turn.Outputs[0], ConstantValue.Of($"{name}:joined", 0, 0, 0, groups * each)], new(), second.Outputs[0]!, 4);
    }

    private void EmitHalf(Node gather, Value output, Value source, long first)
    {
        int rank = source.Type!.Shape!.Count;
        Value?[] inputs =
        [
            source, ConstantValue.Of($"{output.Name}:starts", first), ConstantValue.Of($"{output.Name}:ends", long.MaxValue), ConstantValue.Of($"{output.Name}:axes", rank - 1),
            ConstantValue.Of($"{output.Name}:steps", 2),
        ];
        Emit(gather, "", "Slice", 13, inputs, new(), output, rank);
    }
}
