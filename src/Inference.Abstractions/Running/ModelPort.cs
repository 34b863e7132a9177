namespace Inference;

/// <summary>An input or output of a model.</summary>
/// <param name="Name">Its name, case-sensitive.</param>
/// <param name="Type">Its declared type.</param>
/// <param name="IsOptional">For inputs: whether the model has a default for it.</param>
public sealed record ModelPort(string Name, ModelValueType Type, bool IsOptional = false)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {Type}";
}
