using Inference.Operators.Contract;

namespace Inference.Operators.Fused;

/// <summary>The operators of this family: domain, name, first opset, rules of the inputs, constructor.</summary>
internal static class FusedRows
{
    internal static readonly OperatorEntry[] Entries =
    [
        new(Domains.Fused, "Attention", 1, "Q:float K:float V:float mask?:any", n => new FusedAttention(n)),
        new(Domains.Fused, "IntegerLinear", 1, "A:any B:any a_scale?:any a_zero_point?:any b_scale?:any b_zero_point?:any bias?:any addend?:any...", n => new IntegerLinear(n)),
        new(Domains.Fused, "Linear", 1, "X:float[_,*] W:float[_,*] bias?:float addend?:float...", n => new Linear(n)),
        new(Domains.Fused, "LowRank", 1, "X:float A:float B:float bias?:float...", n => new LowRankProduct(n)),
        new(Domains.Fused, "NhwcConv", 1, "X:any W:any bias?:any addend?:any...", n => new NhwcConv(n)),
        new(Domains.Fused, "NhwcPool", 1, "X:any", n => new NhwcPool(n)),
        new(Domains.Fused, "NhwcQConv", 1, "x:any x_scale:any x_zero_point?:any w:any w_scale:any w_zero_point?:any bias?:any y_scale?:any y_zero_point?:any addend?:any...", n => new NhwcQConv(n)),
        new(Domains.Fused, "QBinary", 1, "A:any a_scale:any a_zero?:any B:any b_scale:any b_zero?:any y_scale?:any y_zero?:any", n => new QBinary(n)),
        new(Domains.Fused, "QLinear", 1, "x:any x_scale:any x_zero?:any w:any w_scale:any w_zero?:any bias?:any y_scale?:any y_zero?:any addend?:any...", n => new QLinear(n)),
        new(Domains.Fused, "QLookup", 1, "X:any table:any", _ => new QLookup()),
    ];
}
