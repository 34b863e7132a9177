namespace Inference.Operators.Text;

/// <summary>The operators of this family: domain, name, first opset, rules of the inputs, constructor.</summary>
internal static class TextRows
{
    internal static readonly OperatorEntry[] Entries =
    [
        new("", "RegexFullMatch", 20, "X:string", n => new RegexFullMatch(n)),
        new("", "StringConcat", 20, "X:string Y:string", _ => new StringConcat()),
        new("", "StringNormalizer", 10, "X:string[_]|[1,_]", n => new StringNormalizer(n)),
        new("", "StringSplit", 20, "X:string", n => new StringSplit(n)),
        new("", "TfIdfVectorizer", 9, "X:string+index[_]|[_,_]", n => new TfIdfVectorizer(n)),
    ];
}
