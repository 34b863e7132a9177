namespace Inference.Operators.Trees;

/// <summary>The operators of this family: domain, name, first opset, rules of the inputs, constructor.</summary>
internal static class TreesRows
{
    internal static readonly OperatorEntry[] Entries =
    [
        new(Domains.Ml, "TreeEnsemble", 5, "X:float+float64+float16", n => new TreeEnsemble(n)),
        new(Domains.Ml, "TreeEnsembleClassifier", 1, "X:float+float64+int64+int32", n => new TreeEnsembleClassifier(n)),
        new(Domains.Ml, "TreeEnsembleRegressor", 1, "X:float+float64+int64+int32", n => new TreeEnsembleRegressor(n)),
    ];
}
