using Inference.Operators.Contract;

namespace Inference.Operators.Quantization;

/// <summary>The operators of this family: domain, name, first opset, rules of the inputs, constructor.</summary>
internal static class QuantizationRows
{
    internal static readonly OperatorEntry[] Entries =
    [
        new("", "ConvInteger", 10, "x:byte[N,C,*D] w:byte[M,_,*] x_zero_point?:byte[]|[1] w_zero_point?:byte[]|[1]|[M]", n => new ConvInteger(n)),
        new("", "DequantizeLinear", 10, "x:any x_scale:floating+float8 x_zero_point?:any", n => new DequantizeLinear(n)),
        new("", "DynamicQuantizeLinear", 11, "x:float", n => new DynamicQuantizeLinear()),
        new("", "MatMulInteger", 10, "A:byte[_,*] B:byte[_,*] a_zero_point?:byte b_zero_point?:byte", n => new MatMulInteger()),
        new("", "QLinearConv", 10, "x:byte[N,C,*D] x_scale:float[]|[1] x_zero_point:byte[]|[1] w:byte[M,_,*] w_scale:float[]|[1]|[M] w_zero_point:byte[]|[1]|[M] y_scale:float[]|[1] y_zero_point:byte[]|[1] B?:int32[M]", n => new QLinearConv(n)),
        new("", "QLinearMatMul", 10, "a:byte+float8[_,*] a_scale:floating a_zero_point:byte+float8 b:byte+float8[_,*] b_scale:floating b_zero_point:byte+float8 y_scale:floating y_zero_point:byte+float8", n => new QLinearMatMul()),
        new("", "QuantizeLinear", 10, "x:floating+int32 y_scale:floating+float8+int32 y_zero_point?:any", n => new QuantizeLinear(n)),
        new(Domains.Microsoft, "DequantizeLinear", 1, "x:any x_scale:floating x_zero_point?:any", n => new DequantizeLinear(n)),
        new(Domains.Microsoft, "QuantizeLinear", 1, "x:floating+int32 y_scale:floating y_zero_point?:any", n => new QuantizeLinear(n)),
    ];
}
