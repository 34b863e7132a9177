namespace Inference.Operators.Joining;

/// <summary>The operators of this family: domain, name, first opset, rules of the inputs, constructor.</summary>
internal static class JoiningRows
{
    internal static readonly OperatorEntry[] Entries =
    [
        new("", "Concat", 1, "inputs:T=any...", n => new Concat(n), OperatorTraits.Floating with { Layout = new AxisLayout(1, all: true), Lightness = Lightness.OnShapes }),
        new("", "Expand", 8, "input:any shape:index[_]", _ => new Expand(), OperatorTraits.Floating with { Deciding = 1..2 }),
        new("", "Split", 1, "input:any split?:int64[_]", n => new Split(n), OperatorTraits.Floating with { Layout = new AxisLayout(0), Deciding = 1..2 }),
        new("", "Tile", 1, "input:any repeats:int64[_]|[] axis?:int64[_]|[]", n => new Tile(n), OperatorTraits.Floating with { Deciding = 1..2 }),
    ];
}
