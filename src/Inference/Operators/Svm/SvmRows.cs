namespace Inference.Operators.Svm;

/// <summary>The operators of this family: domain, name, first opset, rules of the inputs, constructor.</summary>
internal static class SvmRows
{
    internal static readonly OperatorEntry[] Entries =
    [
        new(Domains.Ml, "SVMClassifier", 1, "X:float+float64+int64+int32", n => new SvmClassifier(n)),
        new(Domains.Ml, "SVMRegressor", 1, "X:float+float64+int64+int32", n => new SvmRegressor(n)),
    ];
}
