namespace Inference.Operators.Labels;

/// <summary>The operators of this family: domain, name, first opset, rules of the inputs, constructor.</summary>
internal static class LabelsRows
{
    internal static readonly OperatorEntry[] Entries =
    [
        new(Domains.Ml, "CastMap", 1, "X:map", n => new CastMap(n)),
        new(Domains.Ml, "CategoryMapper", 1, "X:string+int64", n => new LabelEncoder(n)),
        new(Domains.Ml, "LabelEncoder", 1, "X:any", n => new LabelEncoder(n)),
        new(Domains.Ml, "ZipMap", 1, "X:float", n => new ZipMap(n)),
    ];
}
