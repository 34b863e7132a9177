using Inference.Operators.Contract;

namespace Inference.Operators.Attention;

/// <summary>The operators of this family: domain, name, first opset, rules of the inputs, constructor.</summary>
internal static class AttentionRows
{
    internal static readonly OperatorEntry[] Entries =
    [
        new("", "Attention", 23, "Q:T=floating[N,*] K:T[N,*] V:U=floating[N,*] attn_mask?:floating+bool+integer past_key?:T[N,Hk,Sp,E] past_value?:U[N,Hk,Sp,_] nonpad_kv_seqlen?:index[N]", n => new Attention(n)),
        new("", "CausalConvWithState", 27, "input:T=floating weight:T bias?:T past_state?:T", n => new CausalConvWithState(n)),
        new("", "LinearAttention", 27, "query:T=floating key:T value:T past_state?:floating decay?:floating beta?:floating", n => new LinearAttention(n)),
        new("", "RotaryEmbedding", 23, "X:T=floating[N,*] cos_cache:T[*,_] sin_cache:T[*,_] position_ids?:int64[N,_]", n => new RotaryEmbedding(n)),
        new(Domains.Microsoft, "Attention", 1, "input:T=floating[N,L,I] weights:T[I,J] bias?:T[J] mask_index?:int32 past?:T[2,N,_,_,_] attention_bias?:T past_sequence_length?:int32[]|[1]", n => new ContribAttention(n)),
        new(Domains.Microsoft, "MultiHeadAttention", 1, "query:T=floating[N,*] key?:T[N,*] value?:T[N,*] bias?:T[_] key_padding_mask?:int32 attention_bias?:T[_,_,_,_] past_key?:T[N,H,P,_] past_value?:T[N,H,P,_] past_sequence_length?:int32[]|[1] cache_indirection?:int32", n => new MultiHeadAttention(n)),
        new(Domains.Microsoft, "QAttention", 1, "input:byte[N,L,I] weight:byte[I,J] bias:T=floating[J] input_scale:T[]|[1] weight_scale:T mask_index?:int32 input_zero_point?:byte[]|[1] weight_zero_point?:byte past?:T[2,N,_,_,_]", n => new QAttention(n)),
        new(Domains.Preview, "FlexAttention", 1, "Q:T=floating[_,_,_,_] K:U=floating[_,_,_,_] V:U[_,_,_,_]", n => new FlexAttention(n)),
    ];
}
