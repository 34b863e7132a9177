namespace Inference.Operators.Convolution;

/// <summary>The operators of this family: domain, name, first opset, rules of the inputs, constructor.</summary>
internal static class ConvolutionRows
{
    internal static readonly OperatorEntry[] Entries =
    [
        new("", "Col2Im", 18, "input:numeric[_,_,_] image_shape:index[D] block_shape:index[D]", n => new Col2Im(n)),
        new("", "Conv", 1, "X:T=floating[N,C,*D] W:T[M,_,*] B?:T[M] Z?:T[N,M,*]", (n, table) => new Conv(n, table), OperatorTraits.Floating with { Weights = 1, SpecifiedInputs = 3 }),
        new("", "ConvTranspose", 1, "X:T=floating[N,C,*D] W:T[C,_,*] B?:T[_]", n => new ConvTranspose(n), OperatorTraits.Floating with { Weights = 1 }),
        new("", "DeformConv", 19, "X:T=floating[N,C,_,_] W:T[M,_,_,_] offset:T[N,_,_,_] B?:T[M] mask?:T[N,_,_,_]", n => new DeformConv(n)),
        new(Domains.Microsoft, "ConvTransposeWithDynamicPads", 1, "X:T=floating[N,C,*D] W:T[C,_,*] Pads?:int64[_] B?:T[_]", n => new ConvTranspose(n, dynamicPads: true)),
        new(Domains.Microsoft, "FusedConv", 1, "X:T=floating[N,C,*D] W:T[M,_,*] B?:T[M] Z?:T[N,M,*]", (n, table) => new Conv(n, table)),
    ];
}
