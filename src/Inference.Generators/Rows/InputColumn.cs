namespace Inference.Generators.Rows;

/// <summary>A property that fills an input.</summary>
/// <param name="Property">The property.</param>
/// <param name="Name">The name of the input, as far as the source knows it.</param>
/// <param name="Type">The property's type, for messages.</param>
/// <param name="Element">The .NET type of its elements; null if it has no tensor form.</param>
/// <param name="IsRow">Whether it holds several elements.</param>
/// <param name="IsCopied">Whether its elements are copied into an array first.</param>
/// <param name="Location">The property.</param>
internal sealed record InputColumn(string Property, string Name, string Type, string? Element, bool IsRow, bool IsCopied, SourceLocation? Location);
