using Inference.Operators.Elementwise;
using Inference.Operators.Elementwise.OneInput;
using Inference.Operators.Filling;
using Inference.Operators.Indexing;
using Inference.Operators.Padding;
using Inference.Operators.Quantization;
using Inference.Operators.Sorting;
using Inference.Operators.Text;

namespace Inference.Operators.Contrib;

/// <summary>The operators of this family: domain, name, first opset, rules of the inputs, constructor.</summary>
internal static class ContribRows
{
    internal static readonly OperatorEntry[] Entries =
    [
        new(Domains.Microsoft, "BifurcationDetector", 1, "src_tokens:int64[_] cur_tokens:int64[_] prev_suffix_match_idx:int64[]|[1] pred_tokens?:int64[_]", n => new BifurcationDetector(n)),
        new(Domains.Microsoft, "CDist", 1, "A:T=floating[_,K] B:T[_,K]", n => new CDist(n)),
        new(Domains.Microsoft, "CropAndResize", 1, "X:float[_,_,_,_] rois:float[R,4] batch_indices:int32[R] crop_size:int32[2]", n => new CropAndResize(n)),
        new(Domains.Microsoft, "DynamicQuantizeMatMul", 1, "A:float[_,*] B:T=byte[_,*] b_scale:float b_zero_point?:T bias?:float[_]", n => new ScaledIntegerMatMul(dynamic: true)),
        new(Domains.Microsoft, "DynamicTimeWarping", 1, "input:float[_,_]|[_,_,_]", _ => new DynamicTimeWarping()),
        new(Domains.Microsoft, "ExpandDims", 1, "X:any axis:int32[]|[1]", _ => new ExpandDims()),
        new(Domains.Microsoft, "FusedMatMul", 1, "A:T=floating[_,*] B:T[_,*]", n => new FusedMatMul(n)),
        new(Domains.Microsoft, "GatherBlockQuantized", 1, "data:T=uint8+int4+uint4 indices:index scales:floating zero_points?:T", n => new GatherBlockQuantized(n)),
        new(Domains.Microsoft, "GatherND", 1, "data:any[_,*] indices:index[_,*]", n => new GatherND(n)),
        new(Domains.Microsoft, "Inverse", 1, "X:floating[*,M,M]", _ => new Inverse()),
        new(Domains.Microsoft, "MatMulBnb4", 1, "A:T=float+float16+bfloat16[_,*] B:uint8 absmax:T", n => new MatMulBnb4(n)),
        new(Domains.Microsoft, "MatMulFpQ4", 1, "A:float[_,*] B:uint8[_] B_shape:int64[2]", n => new MatMulFpQ4(n)),
        new(Domains.Microsoft, "MatMulInteger16", 1, "A:int16[_,*] B:int16[_,*]", _ => new MatMulInteger16()),
        new(Domains.Microsoft, "MatMulIntegerToFloat", 1, "A:T=byte[_,*] B:U=byte[_,*] a_scale:float[]|[1] b_scale:float a_zero_point?:T b_zero_point?:U bias?:float[_]", n => new ScaledIntegerMatMul(dynamic: false)),
        new(Domains.Microsoft, "MatMulNBits", 1, "A:T=float+float16+bfloat16[_,*] B:uint8 scales:float+float16+bfloat16 zero_points?:float+float16+bfloat16+uint8 g_idx?:int32[_] bias?:T[_]", n => new MatMulNBits(n)),
        new(Domains.Microsoft, "MaxpoolWithMask", 1, "X:float[_,_,_,*D] M:int32[_,_,_,*D]", n => new MaxpoolWithMask(n)),
        new(Domains.Microsoft, "MoE", 1, "input:T=float+float16+bfloat16[_,H]|[_,_,H] router_probs:T[_,E] fc1_experts_weights:T[E,_,_] fc1_experts_bias?:T[E,_] fc2_experts_weights:T[E,H,_] fc2_experts_bias?:T[E,H] fc3_experts_weights?:T[E,_,_] fc3_experts_bias?:T[E,_]", n => new MoE(n)),
        new(Domains.Microsoft, "MurmurHash3", 1, "X:int32+uint32+int64+uint64+float+float64+string", n => new MurmurHash3(n)),
        new(Domains.Microsoft, "NGramHashMapping", 1, "input_ids:M=int32+int64[_,_] multipliers:M[_] vocab_sizes:M[_] past_ids?:M[_,_]", n => new NGramHashMapping(n)),
        new(Domains.Microsoft, "NGramRepeatBlock", 1, "input_ids:int64[N,_] scores:float[N,_]", n => new NGramRepeatBlock(n)),
        new(Domains.Microsoft, "NhwcMaxPool", 1, "x:byte[_,_,_,*]", n => new NhwcMaxPool(n)),
        new(Domains.Microsoft, "Pad", 1, "data:T=any pads:int64[_]|[1,_] value?:T[]|[1]", n => new Pad(n)),
        new(Domains.Microsoft, "QEmbedLayerNormalization", 1, "input_ids:int32[N,L] segment_ids?:int32[N,L] word_embedding:T=byte[_,H] position_embedding:T[_,H] segment_embedding?:T[_,H] gamma:T[H] beta:T[H] mask?:int32[N,L] word_scale:float[]|[1] position_scale:float[]|[1] segment_scale?:float[]|[1] gamma_scale:float[]|[1] beta_scale:float[]|[1] word_zero_point:T[]|[1] position_zero_point:T[]|[1] segment_zero_point?:T[]|[1] gamma_zero_point:T[]|[1] beta_zero_point:T[]|[1]", n => new QEmbedLayerNormalization(n)),
        new(Domains.Microsoft, "QGemm", 1, "A:T=byte[_,_] a_scale:float[]|[1] a_zero_point:T[]|[1] B:U=byte[_,_] b_scale:float[]|[_] b_zero_point:U[]|[_] C?:int32 y_scale?:float[]|[1] y_zero_point?:byte[]|[1]", n => new QGemm(n)),
        new(Domains.Microsoft, "QLinearAdd", 1, "A:T=byte A_scale:float[]|[1] A_zero_point?:T[]|[1] B:T B_scale:float[]|[1] B_zero_point?:T[]|[1] C_scale:float[]|[1] C_zero_point?:T[]|[1]", n => new QLinearBinary(multiply: false)),
        new(Domains.Microsoft, "QLinearAveragePool", 1, "X:T=byte[_,_,*] x_scale:float[]|[1] x_zero_point?:T[]|[1] y_scale:float[]|[1] y_zero_point?:T[]|[1]", n => new QLinearAveragePool(n, global: false)),
        new(Domains.Microsoft, "QLinearConcat", 1, "Y_scale:float[]|[1] Y_zero_point:byte[]|[1] inputs:value...", n => new QLinearConcat(n)),
        new(Domains.Microsoft, "QLinearConv", 1, "x:T=byte[_,_,*] x_scale:float[]|[1] x_zero_point:T[]|[1] w:U=byte[M,_,*] w_scale:float[]|[1]|[M] w_zero_point:U[]|[1]|[M] y_scale:float[]|[1] y_zero_point:byte[]|[1] B?:int32[M]", n => n.Attributes.Int("channels_last", 0) == 0 ? new QLinearConv(n) : new ChannelsLastQLinearConv(n)),
        new(Domains.Microsoft, "QLinearGlobalAveragePool", 1, "X:T=byte[_,_,*] x_scale:float[]|[1] x_zero_point?:T[]|[1] y_scale:float[]|[1] y_zero_point?:T[]|[1]", n => new QLinearAveragePool(n, global: true)),
        new(Domains.Microsoft, "QLinearLeakyRelu", 1, "X:T=byte X_scale:float[]|[1] X_zero_point?:T[]|[1] Y_scale:float[]|[1] Y_zero_point?:T[]|[1]", n => new QLinearUnary<Activations.LeakyRelu>(n.Attributes.Float("alpha", 0.01f))),
        new(Domains.Microsoft, "QLinearMul", 1, "A:T=byte A_scale:float[]|[1] A_zero_point?:T[]|[1] B:T B_scale:float[]|[1] B_zero_point?:T[]|[1] C_scale:float[]|[1] C_zero_point?:T[]|[1]", n => new QLinearBinary(multiply: true)),
        new(Domains.Microsoft, "QLinearSigmoid", 1, "X:T=byte X_scale:float[]|[1] X_zero_point?:T[]|[1] Y_scale:float[]|[1] Y_zero_point?:T[]|[1]", n => new QLinearUnary<Activations.Sigmoid>()),
        new(Domains.Microsoft, "QLinearSoftmax", 1, "X:T=byte x_scale:float[]|[1] x_zero_point?:T[]|[1] y_scale:float[]|[1] y_zero_point:T[]|[1]", n => new QLinearSoftmax(n)),
        new(Domains.Microsoft, "QLinearWhere", 1, "condition:bool X:T=byte x_scale:float[]|[1] x_zero_point:T[]|[1] Y:T y_scale:float[]|[1] y_zero_point:T[]|[1] z_scale:float[]|[1] z_zero_point:T[]|[1]", n => new QLinearWhere()),
        new(Domains.Microsoft, "QMoE", 1, "input:T=float+float16+bfloat16[_,H]|[_,_,H] router_probs:T[_,E] fc1_experts_weights:uint8[E,_,_] fc1_scales:S=float+float16+bfloat16[E,_]|[E,_,_] fc1_experts_bias?:T[E,_] fc2_experts_weights:uint8[E,H,_] fc2_scales:S[E,H]|[E,H,_] fc2_experts_bias?:T[E,H] fc3_experts_weights?:uint8[E,_,_] fc3_scales?:S[E,_]|[E,_,_] fc3_experts_bias?:T[E,_] fc1_zero_points?:uint8[E,_]|[E,_,_] fc2_zero_points?:uint8[E,_]|[E,_,_] fc3_zero_points?:uint8[E,_]|[E,_,_] router_weights?:T[_,E]", n => new QMoE(n)),
        new(Domains.Microsoft, "Range", 1, "start:T=numeric[]|[1] limit:T[]|[1] delta?:T[]|[1]", _ => new RangeOp()),
        new(Domains.Microsoft, "Tokenizer", 1, "X:string[_]|[_,_]", n => new Tokenizer(n)),
        new(Domains.Microsoft, "TransposeMatMul", 1, "A:T=floating[_,*] B:T[_,*]", n => new FusedMatMul(n)),
        new(Domains.Microsoft, "Trilu", 1, "X:any[*,_,_] k?:int64[]|[1]", n => new Trilu(n)),
        new(Domains.Microsoft, "UnfoldTensor", 1, "input:any[_,*]", n => new UnfoldTensor(n)),
        new(Domains.Microsoft, "Unique", 1, "x:float[_]", _ => new UniqueValues()),
        new(Domains.Microsoft, "WordConvEmbedding", 1, "Sequence:int32[*,_] W:float[M,1,_,D] B:float[M] C:float[_,D]", _ => new WordConvEmbedding()),
    ];
}
