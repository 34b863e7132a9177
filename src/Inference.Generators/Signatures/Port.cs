namespace Inference.Generators.Signatures;

/// <summary>An input or output.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">The type; null if the file does not state it.</param>
/// <param name="IsOptional">Whether the model defines a default value for it.</param>
internal sealed record Port(string Name, PortType? Type, bool IsOptional);
