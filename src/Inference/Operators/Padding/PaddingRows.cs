namespace Inference.Operators.Padding;

/// <summary>The operators of this family: domain, name, first opset, rules of the inputs, constructor.</summary>
internal static class PaddingRows
{
    internal static readonly OperatorEntry[] Entries =
    [
        new("", "CenterCropPad", 18, "input_data:any shape:index[_]", n => new CenterCropPad(n)),
        new("", "Pad", 1, "data:T=any pads?:int64[_]|[1,_] constant_value?:T[]|[1] axes?:index[_]", n => new Pad(n), OperatorTraits.Floating with { Layout = new PadLayout(), Deciding = 1..2, HandsOn = Pad.HandsOn }),
    ];
}
