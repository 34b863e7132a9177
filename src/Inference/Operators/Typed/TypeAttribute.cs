namespace Inference.Operators.Typed;

/// <summary>Reads attributes that hold the number of an element type.</summary>
internal static class TypeAttribute
{
    /// <summary>The type that must be stated.</summary>
    /// <exception cref="ModelLoadException">The attribute is absent, or its number stands for no type of <paramref name="allowed"/>.</exception>
    public static ElementType Read(Node node, string name, TypeSet allowed) => Checked(node, name, node.Attributes.Int(name), allowed);

    /// <summary>The type where one is stated; otherwise <paramref name="absent"/>, which need not be of <paramref name="allowed"/>. A stated 0, undefined, counts as absent.</summary>
    /// <exception cref="ModelLoadException">The number stands for no type of <paramref name="allowed"/>.</exception>
    public static ElementType Read(Node node, string name, TypeSet allowed, ElementType absent) =>
        node.Attributes.Int(name, 0) is not 0 and { } number ? Checked(node, name, number, allowed) : absent;

    private static ElementType Checked(Node node, string name, long number, TypeSet allowed) => number is > 0 and < 32 && allowed.Contains((ElementType)number)
        ? (ElementType)number
        : throw new ModelLoadException($"{node.Describe()}: attribute '{name}': expected the number of one of {allowed}, got {number}{(number is > 0 and < 32 ? $" ({((ElementType)number).Name()})" : "")}.");
}
