namespace Inference.Operators.Ml;

/// <summary>The operators of this family: domain, name, first opset, rules of the inputs, constructor.</summary>
internal static class MlRows
{
    internal static readonly OperatorEntry[] Entries =
    [
        new(Domains.Ml, "ArrayFeatureExtractor", 1, "X:float+float64+int64+int32+string[*,_] Y:int64", _ => new ArrayFeatureExtractor()),
        new(Domains.Ml, "Binarizer", 1, "X:float+float64+int64+int32", n => new Binarizer(n)),
        new(Domains.Ml, "CastMap", 1, "X:map", n => new CastMap(n)),
        new(Domains.Ml, "CategoryMapper", 1, "X:string+int64", n => new LabelEncoder(n)),
        new(Domains.Ml, "DictVectorizer", 1, "X:map", n => new DictVectorizer(n)),
        new(Domains.Ml, "FeatureVectorizer", 1, "X:float+float64+int64+int32...", n => new FeatureVectorizer(n)),
        new(Domains.Ml, "Imputer", 1, "X:float+float64+int64+int32", n => new Imputer(n)),
        new(Domains.Ml, "LabelEncoder", 1, "X:any", n => new LabelEncoder(n)),
        new(Domains.Ml, "LinearClassifier", 1, "X:float+float64+int64+int32", n => new LinearClassifier(n)),
        new(Domains.Ml, "LinearRegressor", 1, "X:float+float64+int64+int32", n => new LinearRegressor(n)),
        new(Domains.Ml, "Normalizer", 1, "X:float+float64+int64+int32", n => new Normalizer(n)),
        new(Domains.Ml, "OneHotEncoder", 1, "X:string+float+float64+int64+int32", n => new OneHotEncoder(n)),
        new(Domains.Ml, "Scaler", 1, "X:float+float64+int64+int32", n => new Scaler(n)),
        new(Domains.Ml, "SVMClassifier", 1, "X:float+float64+int64+int32", n => new SvmClassifier(n)),
        new(Domains.Ml, "SVMRegressor", 1, "X:float+float64+int64+int32", n => new SvmRegressor(n)),
        new(Domains.Ml, "TreeEnsemble", 5, "X:float+float64+float16", n => new TreeEnsemble(n)),
        new(Domains.Ml, "TreeEnsembleClassifier", 1, "X:float+float64+int64+int32", n => new TreeEnsembleClassifier(n)),
        new(Domains.Ml, "TreeEnsembleRegressor", 1, "X:float+float64+int64+int32", n => new TreeEnsembleRegressor(n)),
        new(Domains.Ml, "ZipMap", 1, "X:float", n => new ZipMap(n)),
    ];
}
