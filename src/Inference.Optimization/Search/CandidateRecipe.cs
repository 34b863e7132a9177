using Inference.Onnx;
using Inference.Optimization.Records;
using Inference.Optimization.Running;

namespace Inference.Optimization.Search;

/// <summary>A recipe for a smaller model. The name identifies it, so that stored results can be matched.</summary>
/// <param name="Name">Such as <c>factorize 0.5 + int8</c>.</param>
/// <param name="BuildAsync">Builds the model.</param>
internal sealed record CandidateRecipe(string Name, Func<CancellationToken, Task<(OnnxModel Model, IReadOnlyList<LayerDecision> Layers)>> BuildAsync)
{
    /// <summary>The precision that its models are loaded with; float32 by default.</summary>
    public ModelPrecision Precision { get; init; }

    /// <summary>The loader of its models.</summary>
    public IModelLoader LoaderIn(OptimizationContext context) => Precision == ModelPrecision.Float32 ? context.Loader : new PrecisionLoader(context.Loader, Precision);

    /// <summary>The names of recipes that change the model less in the same way: if one of them exceeds the budget, this one does too.</summary>
    public IReadOnlyList<string> Milder { get; init; } = [];
}
