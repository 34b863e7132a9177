using Inference;

namespace OptimizeAndServe.Serving;

/// <summary>Adds early exit by item.</summary>
internal static class CandidateCascadeExtensions
{
    /// <summary>Lets a first stage score all items, and the inner runner those with the highest scores.</summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="firstStage">The first stage; owned by the caller.</param>
    /// <param name="keep">The number of items per request that the inner runner scores, ≥ 1.</param>
    public static TBuilder UseCandidateCascade<TBuilder>(this TBuilder builder, IModelRunner firstStage, int keep)
        where TBuilder : IModelPipelineBuilder =>
        builder.Use((inner, _) => new CandidateCascadeRunner(inner, firstStage, keep));
}
