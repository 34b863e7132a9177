namespace Inference.Operators.Attention;

/// <summary>The operators of this family: domain, name, first opset, rules of the inputs, constructor.</summary>
internal static class AttentionRows
{
    internal static readonly OperatorEntry[] Entries =
    [
        new("", "Attention", 23, "Q:T=floating[N,*] K:T[N,*] V:U=floating[N,*] attn_mask?:floating+bool+integer past_key?:T[N,Hk,Sp,E] past_value?:U[N,Hk,Sp,_] nonpad_kv_seqlen?:index[N]", n => new Attention(n)),
        new("", "CausalConvWithState", 27, "input:T=floating[N,C,_] weight:T[C,1,_] bias?:T[C] past_state?:T[N,C,_]", n => new CausalConvWithState(n)),
        new("", "LinearAttention", 27, "query:T=floating[N,L,_] key:T[N,L,_] value:T[N,L,_] past_state?:floating[N,_,_,_] decay?:floating[N,L,_] beta?:floating[N,L,_]", n => new LinearAttention(n)),
        new("", "RotaryEmbedding", 23, "X:T=floating[N,*] cos_cache:T[*C,D] sin_cache:T[*C,D] position_ids?:int64[N,_]", n => new RotaryEmbedding(n)),
        new(Domains.Microsoft, "Attention", 1, "input:T=float+float16+bfloat16[N,L,I] weights:T[I,J] bias?:T[J] mask_index?:int32 past?:T[2,N,_,_,_] attention_bias?:T[_,_,_,_] past_sequence_length?:int32[]|[1]", n => new ContribAttention(n)),
        new(Domains.Microsoft, "CausalConvWithState", 1, "input:T=floating[N,_,_,*] weight:T[C,1,_] bias?:T[C] past_state?:T[N,_,*]", n => new CausalConvWithState(n)),
        new(Domains.Microsoft, "DecoderMaskedMultiHeadAttention", 1, "query:T=float+float16+bfloat16[N,_,_] key?:T[N,_,_]|[N,_,_,_] value?:T[N,_,_]|[N,_,_,_] mask_index?:int32[N,_] attention_bias?:T[_,_,_,_] past_key?:T[N,H,P,_] past_value?:T[N,H,P,_] past_sequence_length?:int32[]|[1] beam_width?:int32[]|[1] cache_indirection?:int32[_,_,_] bias?:T[_]", n => new MultiHeadAttention(n, MultiHeadForm.Step)),
        new(Domains.Microsoft, "GroupQueryAttention", 1, "query:T=float+float16+bfloat16[N,L,_] key?:T[N,_,_] value?:T[N,_,_] past_key?:C=float+float16+bfloat16+byte[N,_,P,_] past_value?:C[N,_,P,_] seqlens_k:int32[N]|[N,1]|[1,N] total_sequence_length:int32[]|[1] cos_cache?:T[_,J] sin_cache?:T[_,J] position_ids?:int64[N,_] attention_bias?:T[_,_,L,_] head_sink?:T[_] k_scale?:S=float v_scale?:S q_norm_weight?:T k_norm_weight?:T", n => new GroupQueryAttention(n)),
        new(Domains.Microsoft, "LinearAttention", 1, "query:T=floating[N,L,_] key:T[N,L,_] value:T[N,L,_] past_state?:floating[N,_,_,_] decay?:floating[N,L,_] beta?:floating[N,L,_]", n => new LinearAttention(n)),
        new(Domains.Microsoft, "MRotaryEmbedding", 1, "input:T=floating[N,L,_]|[N,_,L,_] position_ids:index[3,N,_] cos_cache:T[M,J] sin_cache:T[M,J]", n => new MRotaryEmbedding(n)),
        new(Domains.Microsoft, "MultiHeadAttention", 1, "query:T=float+float16+bfloat16[N,_,_]|[N,_,_,_,_] key?:T[N,_,_]|[N,_,_,_]|[N,_,_,_,_] value?:T[N,_,_]|[N,_,_,_] bias?:T[_] key_padding_mask?:int32 attention_bias?:T[_,_,_,_] past_key?:T[N,H,P,_] past_value?:T[N,H,P,_] past_sequence_length?:int32[]|[1] cache_indirection?:int32[_,_,_]", n => new MultiHeadAttention(n, MultiHeadForm.Plain)),
        new(Domains.Microsoft, "QAttention", 1, "input:A=byte[N,L,I] weight:B=byte[I,J] bias:T=float[J] input_scale:T[]|[1] weight_scale:T[]|[1]|[J] mask_index?:int32 input_zero_point?:A[]|[1] weight_zero_point?:B[]|[1]|[J] past?:T[2,N,_,_,_]", n => new QAttention(n)),
        new(Domains.Microsoft, "RotaryEmbedding", 1, "input:T=floating[N,L,_]|[N,_,L,_] position_ids:int64[]|[1]|[N,L] cos_cache:T[M,J] sin_cache:T[M,J]", n => new ContribRotaryEmbedding(n)),
        new(Domains.Microsoft, "SparseAttention", 1, "query:T=float+float16+bfloat16[N,L,_] key?:T[N,_,_] value?:T[N,_,_] past_key:T[N,_,P,_] past_value:T[N,_,P,_] block_row_indices:int32[Y,_] block_col_indices:int32[Y,_] total_sequence_length:int32[]|[1] key_total_sequence_lengths:int32[N] cos_cache?:T[_,J] sin_cache?:T[_,J]", n => new SparseAttention(n)),
        new(Domains.Preview, "FlexAttention", 1, "Q:T=floating[N,_,_,E] K:U=floating[N,G,S,E] V:U[N,G,S,_]", n => new FlexAttention(n)),
    ];
}
