using Inference.Onnx;
using Inference.Optimization.Graphs;
using Inference.Optimization.Records;

namespace Inference.Optimization.Search;

/// <summary>Keeps the model that was built last, for recipes that start with the same steps and follow each other: one model, since models may be large.</summary>
internal sealed class LastBuild
{
    private string? _name;
    private (OnnxModel Model, IReadOnlyList<LayerDecision> Layers) _built;

    /// <summary>The recipe, which is not run again if it was the last that was built.</summary>
    public CandidateRecipe Of(CandidateRecipe recipe) => recipe with
    {
        BuildAsync = async token =>
        {
            if (_name != recipe.Name)
            {
                _built = await recipe.BuildAsync(token).ConfigureAwait(false);
                _name = recipe.Name;
            }

            // A candidate gets a record of its own.
            return (GraphCopy.Copy(_built.Model), _built.Layers);
        },
    };
}
