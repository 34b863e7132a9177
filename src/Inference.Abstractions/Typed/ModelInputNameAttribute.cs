namespace Inference;

/// <summary>The input that a property of a type with <see cref="ModelInputAttribute"/> fills, if its name is another. On a record's parameter, it applies to its property.</summary>
/// <param name="name">The input's name.</param>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
public sealed class ModelInputNameAttribute(string name) : Attribute
{
    /// <summary>The input's name.</summary>
    public string Name { get; } = name;
}
