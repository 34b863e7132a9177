namespace Inference.Operators.Features;

/// <summary>The operators of this family: domain, name, first opset, rules of the inputs, constructor.</summary>
internal static class FeaturesRows
{
    internal static readonly OperatorEntry[] Entries =
    [
        new(Domains.Ml, "ArrayFeatureExtractor", 1, "X:float+float64+int64+int32+string[*,_] Y:int64", _ => new ArrayFeatureExtractor()),
        new(Domains.Ml, "Binarizer", 1, "X:float+float64+int64+int32", n => new Binarizer(n)),
        new(Domains.Ml, "DictVectorizer", 1, "X:map", n => new DictVectorizer(n)),
        new(Domains.Ml, "FeatureVectorizer", 1, "X:float+float64+int64+int32...", n => new FeatureVectorizer(n)),
        new(Domains.Ml, "Imputer", 1, "X:float+float64+int64+int32", n => new Imputer(n)),
        new(Domains.Ml, "Normalizer", 1, "X:float+float64+int64+int32", n => new Normalizer(n)),
        new(Domains.Ml, "OneHotEncoder", 1, "X:string+float+float64+int64+int32", n => new OneHotEncoder(n)),
        new(Domains.Ml, "Scaler", 1, "X:float+float64+int64+int32", n => new Scaler(n)),
    ];
}
