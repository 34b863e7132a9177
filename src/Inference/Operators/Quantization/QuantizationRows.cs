namespace Inference.Operators.Quantization;

/// <summary>The operators of this family: domain, name, first opset, rules of the inputs, constructor.</summary>
internal static class QuantizationRows
{
    internal static readonly OperatorEntry[] Entries =
    [
        new("", "ConvInteger", 10, "x:T=byte[N,C,*D] w:U=byte[M,_,*] x_zero_point?:T[]|[1] w_zero_point?:U[]|[1]|[M]", n => new ConvInteger(n)),
        new("", "DequantizeLinear", 10, "x:T=uint8+int8+uint16+int16+int32+packed+float8 x_scale:floating+float8e8m0 x_zero_point?:T", n => new DequantizeLinear(n), new() { Layout = new OneScaleLayout() }),
        new("", "DynamicQuantizeLinear", 11, "x:float", n => new DynamicQuantizeLinear()),
        new("", "MatMulInteger", 10, "A:T=byte[_,*] B:U=byte[_,*] a_zero_point?:T b_zero_point?:U", n => new MatMulInteger()),
        new("", "QLinearConv", 10, "x:T=byte[N,C,*D] x_scale:float[]|[1] x_zero_point:T[]|[1] w:U=byte[M,_,*] w_scale:float[]|[1]|[M] w_zero_point:U[]|[1]|[M] y_scale:float[]|[1] y_zero_point:byte[]|[1] B?:int32[M]", n => new QLinearConv(n)),
        new("", "QLinearMatMul", 10, "a:T=byte[_,*] a_scale:S=floating a_zero_point:T b:U=byte[_,*] b_scale:S b_zero_point:U y_scale:S y_zero_point:byte", n => new QLinearMatMul()),
        new("", "QuantizeLinear", 10, "x:floating+int32 y_scale:floating+float8e8m0+int32 y_zero_point?:uint8+int8+uint16+int16+packed+float8", n => new QuantizeLinear(n), new() { Layout = new OneScaleLayout() }),
        new(Domains.Microsoft, "DequantizeLinear", 1, "x:T=uint8+int8+uint16+int16+int32+packed x_scale:floating x_zero_point?:T", n => new DequantizeLinear(n)),
        new(Domains.Microsoft, "QuantizeLinear", 1, "x:floating+int32 y_scale:floating y_zero_point?:uint8+int8+uint16+int16+packed", n => new QuantizeLinear(n)),
    ];
}
