namespace Inference.Operators.MatrixProduct;

/// <summary>The operators of this family: domain, name, first opset, rules of the inputs, constructor.</summary>
internal static class MatrixProductRows
{
    internal static readonly OperatorEntry[] Entries =
    [
        new("", "Det", 11, "X:floating[*,M,M]", n => new Det()),
        new("", "Einsum", 12, "Inputs:T=numeric...", n => new Einsum(n), OperatorTraits.Floating),
        new("", "Gemm", 1, "A:T=numeric[_,_] B:T[_,_] C?:T", (n, table) => new Gemm(n, table), OperatorTraits.Floating with { Weights = 1, SpecifiedInputs = 3 }),
        new("", "MatMul", 1, "A:T=numeric[_,*] B:T[_,*]", n => new MatMul(), OperatorTraits.Floating with { Weights = 1 }),
        new(Domains.Microsoft, "FusedGemm", 1, "A:T=float+float16+bfloat16[_,_] B:T[_,_] C?:T", (n, table) => new Gemm(n, table)),
    ];
}
