namespace Inference.Operators.Sorting;

/// <summary>The operators of this family: domain, name, first opset, rules of the inputs, constructor.</summary>
internal static class SortingRows
{
    internal static readonly OperatorEntry[] Entries =
    [
        new("", "TopK", 1, "X:numeric[_,*] K?:int64[]|[1]", n => new TopK(n), new() { Deciding = 1..2 }),
        new("", "Unique", 11, "X:numeric+bool+string+packed", n => new Unique(n)),
    ];
}
