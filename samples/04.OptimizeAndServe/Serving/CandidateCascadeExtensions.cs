using Inference;

namespace OptimizeAndServe.Serving;

/// <summary>Adds early exit by item.</summary>
internal static class CandidateCascadeExtensions
{
    /// <summary>Lets a first stage score all items, and the runner below those that it scores highest.</summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="firstStage">The first stage; stays the caller's.</param>
    /// <param name="keep">Items of a request that go on, ≥ 1.</param>
    public static TBuilder UseCandidateCascade<TBuilder>(this TBuilder builder, IModelRunner firstStage, int keep)
        where TBuilder : IModelPipelineBuilder =>
        builder.Use((inner, _) => new CandidateCascadeRunner(inner, firstStage, keep));
}
