using Inference.Onnx;
using Inference.Optimization.Evaluation;
using Inference.Optimization.Records;

namespace Inference.Optimization.Search;

/// <summary>A candidate's model with what was found out about it on the search rows.</summary>
/// <param name="Model">The model.</param>
/// <param name="Record">Its figures.</param>
/// <param name="Layers">What was done to each layer.</param>
/// <param name="Quality">Its quality compared with the source's.</param>
/// <param name="SourceMicroseconds">The source's time, measured in turns with the candidate's.</param>
/// <param name="Recipe">What it was made by.</param>
internal sealed record SearchResult(OnnxModel Model, CandidateRecord Record, IReadOnlyList<LayerDecision> Layers, ComparisonResult Quality, double SourceMicroseconds, CandidateRecipe Recipe);
