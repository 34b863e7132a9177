namespace Inference.Operators.Linear;

/// <summary>The operators of this family: domain, name, first opset, rules of the inputs, constructor.</summary>
internal static class LinearRows
{
    internal static readonly OperatorEntry[] Entries =
    [
        new(Domains.Ml, "LinearClassifier", 1, "X:float+float64+int64+int32", n => new LinearClassifier(n)),
        new(Domains.Ml, "LinearRegressor", 1, "X:float+float64+int64+int32", n => new LinearRegressor(n)),
    ];
}
