namespace Inference.Operators.Indexing;

/// <summary>Reading and applying the <c>reduction</c> attribute.</summary>
internal static class ScatterReductions
{
    /// <summary>The reduction as it is calculated on elements of a type: bools add as "or" and multiply as "and".</summary>
    public static ScatterReduction For(ScatterReduction reduction, ElementType type) => type != ElementType.Bool ? reduction : reduction switch
    {
        ScatterReduction.Add => ScatterReduction.Max,
        ScatterReduction.Mul => ScatterReduction.Min,
        _ => reduction,
    };

    public static ScatterReduction Read(Node node) => node.Attributes.String("reduction", "none") switch
    {
        "none" => ScatterReduction.None,
        "add" => ScatterReduction.Add,
        "mul" => ScatterReduction.Mul,
        "max" => ScatterReduction.Max,
        "min" => ScatterReduction.Min,
        string other => throw new ModelLoadException($"{node.Describe()}: attribute 'reduction': expected none, add, mul, max or min, got '{other}'."),
    };
}
