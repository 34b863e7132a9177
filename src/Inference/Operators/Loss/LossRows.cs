namespace Inference.Operators.Loss;

/// <summary>The operators of this family: domain, name, first opset, rules of the inputs, constructor.</summary>
internal static class LossRows
{
    internal static readonly OperatorEntry[] Entries =
    [
        new("", "NegativeLogLikelihoodLoss", 12, "input:T=floating[N,C,*D] target:index[N,*D] weight?:T[C]", n => new LikelihoodLoss(n, softmax: false)),
        new("", "SoftmaxCrossEntropyLoss", 12, "scores:T=floating[N,C,*D] labels:index[N,*D] weights?:T[C]", n => new LikelihoodLoss(n, softmax: true)),
    ];
}
