namespace Inference.AspNetCore.Rest;

/// <summary>An input whose contents follow the JSON part as raw bytes.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its element type.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Bytes">The number of its bytes.</param>
internal readonly record struct BinaryInput(string Name, ElementType Type, long[] Shape, int Bytes);
