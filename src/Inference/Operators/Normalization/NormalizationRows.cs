namespace Inference.Operators.Normalization;

/// <summary>The operators of this family: domain, name, first opset, rules of the inputs, constructor.</summary>
internal static class NormalizationRows
{
    internal static readonly OperatorEntry[] Entries =
    [
        new("", "BatchNormalization", 1, "X:T=floating[_,*] scale:floating[*C] B:floating[*C] input_mean:floating[*C] input_var:floating[*C]", n => new BatchNormalization(n), OperatorTraits.Floating),
        new("", "GroupNormalization", 18, "X:floating[N,C,*] scale:floating[_] bias:floating[_]", n => new GroupNormalization(n, instance: false), OperatorTraits.Floating),
        new("", "InstanceNormalization", 1, "input:floating[N,C,*] scale:floating[C] B:floating[C]", n => new GroupNormalization(n, instance: true), OperatorTraits.Floating),
        new("", "LayerNormalization", 1, "X:floating Scale:floating B?:floating", n => new LayerNormalization(n, rms: false), OperatorTraits.Floating),
        new("", "LpNormalization", 1, "input:floating", n => new LpNormalization(n), OperatorTraits.Floating),
        new("", "LRN", 1, "X:floating[_,_,*]", n => new Lrn(n), OperatorTraits.Floating),
        new("", "MeanVarianceNormalization", 1, "X:floating", n => new MeanVarianceNormalization(n), OperatorTraits.Floating),
        new("", "RMSNormalization", 23, "X:floating scale:floating", n => new LayerNormalization(n, rms: true), OperatorTraits.Floating),
        new("", "SimplifiedLayerNormalization", 1, "X:floating scale:floating", n => new LayerNormalization(n, rms: true)),
        new(Domains.Microsoft, "EmbedLayerNormalization", 1, "input_ids:int32[N,L] segment_ids?:int32[N,L] word_embedding:T=float+float16+bfloat16[_,H] position_embedding:T[_,H] segment_embedding?:T[_,H] gamma:T[H] beta:T[H] mask?:int32[N,L] position_ids?:int32[N,L]|[1,L]", n => new EmbedLayerNormalization(n)),
        new(Domains.Microsoft, "SimplifiedLayerNormalization", 1, "X:floating scale:floating", n => new LayerNormalization(n, rms: true)),
        new(Domains.Microsoft, "SkipLayerNormalization", 1, "input:T=floating[_,*,C] skip:T[_,*,C] gamma:T[C] beta?:T[C] bias?:T[C]", n => new SkipLayerNormalization(n, simplified: false)),
        new(Domains.Microsoft, "SkipSimplifiedLayerNormalization", 1, "input:T=floating[_,*,C] skip:T[_,*,C] gamma:T[C] bias?:T[C]", n => new SkipLayerNormalization(n, simplified: true)),
    ];
}
