namespace Inference.Operators.Views;

/// <summary>The operators of this family: domain, name, first opset, rules of the inputs, constructor.</summary>
internal static class ViewsRows
{
    internal static readonly OperatorEntry[] Entries =
    [
        new("", "DepthToSpace", 1, "input:any[_,_,_,_]", n => new DepthToSpace(n), OperatorTraits.Moving),
        new("", "Flatten", 1, "input:any", n => new Flatten(n), OperatorTraits.Moving with { Lightness = Lightness.Always }),
        new("", "Reshape", 1, "data:any shape?:int64[_]", n => new Reshape(n), OperatorTraits.Moving with { Deciding = 1..2, Lightness = Lightness.Always }),
        new("", "Shape", 1, "data:any", n => new Shape(n), new() { ReadsShapes = true, Lightness = Lightness.Always }),
        new("", "Size", 1, "data:any", _ => new Size(), new() { ReadsShapes = true, Lightness = Lightness.Always }),
        new("", "SpaceToDepth", 1, "input:any[_,_,_,_]", n => new SpaceToDepth(n), OperatorTraits.Moving),
        new("", "Squeeze", 1, "data:any axes?:int64[_]|[]", n => new Squeeze(n), OperatorTraits.Moving with { Deciding = 1..2, Lightness = Lightness.Always }),
        new("", "Transpose", 1, "data:any", n => new Transpose(n), OperatorTraits.Moving with { Lightness = Lightness.Always }),
        new("", "Unsqueeze", 1, "data:any axes?:int64[_]|[]", n => new Unsqueeze(n), OperatorTraits.Moving with { Deciding = 1..2, Lightness = Lightness.Always }),
    ];
}
