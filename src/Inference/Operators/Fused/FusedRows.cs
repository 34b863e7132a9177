namespace Inference.Operators.Fused;

/// <summary>The operators of this family: domain, name, first opset, rules of the inputs, constructor.</summary>
internal static class FusedRows
{
    internal static readonly OperatorEntry[] Entries =
    [
        new(Domains.Fused, "Attention", 1, "Q:float K:float V:float mask?:float", n => new FusedAttention(n)),
        new(Domains.Fused, "IntegerLinear", 1, "A:T=byte[*,_,K] B:U=byte[K,N] a_zero?:T b_zero?:U[]|[1]|[N] sums?:int32[N] scale?:float[]|[1]|[N] second?:float[]|[1]|[N] bias?:float[N]", (n, table) => new IntegerLinear(n, table)),
        new(Domains.Fused, "Linear", 1, "X:float[*,K] W:float[K,N] bias?:float[N] addend?:float", (n, table) => new Linear(n, table)),
        new(Domains.Fused, "LowRank", 1, "X:float[*,K] A:float[K,R] B:float[R,N] bias?:float[N] addend?:float", (n, table) => new LowRankProduct(n, table)),
        new(Domains.Fused, "NhwcConv", 1, "X:float[N,*,_] W:float[O,_,*] bias?:float[O] addend?:float", (n, table) => new NhwcConv(n, table)),
        new(Domains.Fused, "NhwcPool", 1, "X:float[_,_,_]|[_,_,_,_]", n => new NhwcPool(n)),
        new(Domains.Fused, "NhwcQConv", 1, "x:T=byte[N,*,_] x_scale:float x_zero?:T w:U=byte[O,_,*] w_scale:float w_zero?:U y_scale:float y_zero:byte bias?:int32[O] table?:byte[256]", n => new NhwcQConv(n)),
        new(Domains.Fused, "QBinary", 1, "A:T=byte a_scale:float a_zero?:T B:U=byte b_scale:float b_zero?:U y_scale:float y_zero:byte", n => new QBinary(n), new() { Layout = new ElementwiseLayout(0, 3) }),
        new(Domains.Fused, "QGather", 1, "codes:uint8[_,_] indices:index scale:float[_,1] bias:float[_,1]", _ => new QGather()),
        new(Domains.Fused, "QLinear", 1, "x:T=byte[*,_] x_scale:float x_zero?:T w:U=byte[_,_] w_scale:float w_zero?:U bias?:int32 y_scale?:float y_zero?:byte", n => new QLinear(n)),
        new(Domains.Fused, "QLookup", 1, "X:byte table:byte[256]", _ => new QLookup(), new() { Layout = ElementwiseLayout.First }),
    ];
}
