using System.Collections.Frozen;
using Inference.Operators.Basic;
using Inference.Operators.Structure;

namespace Inference.Operators;

/// <summary>All operators of the engine: one line each, by domain, then alphabetical.</summary>
internal static class OperatorTable
{
    internal const string Ml = "ai.onnx.ml";
    internal const string Microsoft = "com.microsoft";

    internal static readonly OperatorEntry[] Entries =
    [
        new("", "Concat", 1, n => new Concat(n)),
        new("", "Constant", 1, n => new Constant(n)),
        new("", "ConstantOfShape", 9, n => new ConstantOfShape(n)),
        new("", "DepthToSpace", 1, n => new DepthToSpace(n)),
        new("", "Expand", 8, _ => new Expand()),
        new("", "EyeLike", 9, n => new EyeLike(n)),
        new("", "Flatten", 1, n => new Flatten(n)),
        new("", "Gather", 1, n => new Gather(n)),
        new("", "GatherElements", 11, n => new GatherElements(n)),
        new("", "GatherND", 11, n => new GatherND(n)),
        new("", "Identity", 1, n => new Identity(n)),
        new("", "OneHot", 9, n => new OneHot(n)),
        new("", "Pad", 1, n => new Pad(n)),
        new("", "Range", 11, _ => new RangeOp()),
        new("", "Reshape", 1, n => new Reshape(n)),
        new("", "Scatter", 9, n => new ScatterElements(n)),
        new("", "ScatterElements", 11, n => new ScatterElements(n)),
        new("", "ScatterND", 11, n => new ScatterND(n)),
        new("", "Shape", 1, n => new Shape(n)),
        new("", "Size", 1, _ => new Size()),
        new("", "Slice", 1, n => new Slice(n)),
        new("", "SpaceToDepth", 1, n => new SpaceToDepth(n)),
        new("", "Split", 1, n => new Split(n)),
        new("", "Squeeze", 1, n => new Squeeze(n)),
        new("", "Tile", 1, n => new Tile(n)),
        new("", "Transpose", 1, n => new Transpose(n)),
        new("", "Trilu", 14, n => new Trilu(n)),
        new("", "Unsqueeze", 1, n => new Unsqueeze(n)),
    ];

    private static readonly FrozenDictionary<(string, string), OperatorEntry> s_byName =
        Entries.ToFrozenDictionary(e => (e.Domain, e.OpType));

    /// <summary>Finds an operator; false where the engine does not have it.</summary>
    public static bool TryFind(string domain, string opType, long opset, out OperatorEntry entry) =>
        s_byName.TryGetValue((domain, opType), out entry!) && opset >= entry.Since;
}
