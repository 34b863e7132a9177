using Inference.Onnx;

namespace Inference.Import;

/// <summary>A model in the engine's form.</summary>
/// <param name="Graph">The main graph.</param>
/// <param name="Defaults">Names of inputs with a default that were imported as constants.</param>
/// <param name="Scopes">The names of each of the file's graphs.</param>
internal sealed record ImportedModel(ModelGraph Graph, IReadOnlyList<string> Defaults, IReadOnlyDictionary<OnnxGraph, ImportScope> Scopes);
