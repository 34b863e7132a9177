namespace Inference.Operators.Filling;

/// <summary>The operators of this family: domain, name, first opset, rules of the inputs, constructor.</summary>
internal static class FillingRows
{
    internal static readonly OperatorEntry[] Entries =
    [
        new("", "Constant", 1, "", n => new Constant(n)),
        new("", "ConstantOfShape", 9, "input:index[_]", n => new ConstantOfShape(n), new() { Deciding = ..1, Lightness = Lightness.OnShapes }),
        new("", "EyeLike", 9, "input:any[_,_]", n => new EyeLike(n)),
        new("", "Range", 11, "start:T=numeric[]|[1] limit:T[]|[1] delta:T[]|[1]", _ => new RangeOp(), new() { Deciding = .., Lightness = Lightness.OnShapes }),
        new("", "Trilu", 14, "input:any[*,_,_] k?:int64[]|[1]", n => new Trilu(n), OperatorTraits.Floating),
    ];
}
