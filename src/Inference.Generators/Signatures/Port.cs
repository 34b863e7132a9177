namespace Inference.Generators.Signatures;

/// <summary>An input or output.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type; null where the file does not say.</param>
/// <param name="IsOptional">Whether the model has a default for it.</param>
internal sealed record Port(string Name, PortType? Type, bool IsOptional);
