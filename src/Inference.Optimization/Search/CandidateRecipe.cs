using Inference.Onnx;
using Inference.Optimization.Records;

namespace Inference.Optimization.Search;

/// <summary>A way to make a smaller model. The name says it all, so that a result can be found again.</summary>
/// <param name="Name">Such as <c>factorize 0.5 + int8</c>.</param>
/// <param name="BuildAsync">Makes the model.</param>
internal sealed record CandidateRecipe(string Name, Func<CancellationToken, Task<(OnnxModel Model, IReadOnlyList<LayerDecision> Layers)>> BuildAsync);
