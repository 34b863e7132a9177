namespace Inference.Operators.Casting;

/// <summary>The operators of this family: domain, name, first opset, rules of the inputs, constructor.</summary>
internal static class CastingRows
{
    internal static readonly OperatorEntry[] Entries =
    [
        new("", "BitCast", 26, "input:any", n => new BitCast(n)),
        new("", "Cast", 1, "input:any", n => new Cast(n), new() { Lightness = Lightness.Always }),
        new("", "CastLike", 15, "input:any target_type:any", n => new Cast(n, like: true)),
    ];
}
