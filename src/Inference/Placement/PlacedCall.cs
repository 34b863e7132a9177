using Inference.Onnx;

namespace Inference.Placement;

/// <summary>A part of one of the file's graphs that another provider runs.</summary>
/// <param name="Graph">The graph.</param>
/// <param name="Name">The part's name.</param>
/// <param name="Inputs">The names of the values it consumes, in order.</param>
/// <param name="Outputs">The names of the values it produces, in order.</param>
/// <param name="Call">What runs it.</param>
internal sealed record PlacedCall(OnnxGraph Graph, string Name, IReadOnlyList<string> Inputs, IReadOnlyList<string> Outputs, CompiledCall Call);
