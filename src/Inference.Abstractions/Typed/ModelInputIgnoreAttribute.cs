namespace Inference;

/// <summary>Leaves a property of a type with <see cref="ModelInputAttribute"/> out of the model's inputs. On a record's parameter, it applies to its property.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
public sealed class ModelInputIgnoreAttribute : Attribute;
