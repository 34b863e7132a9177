using Inference;
using Inference.Batching;
using Inference.Caching;
using Microsoft.Extensions.DependencyInjection;
using OptimizeAndServe.Training;

namespace OptimizeAndServe.Serving;

/// <summary>The optimized ranker as a service, behind one <see cref="IModelRunner"/>.</summary>
internal static class RecommenderService
{
    /// <summary>Builds the container; the ranker is the keyed <see cref="IModelRunner"/> "ranker".</summary>
    /// <param name="files">The models, and the selected settings.</param>
    public static ServiceProvider Build(ModelFiles files)
    {
        #region serve
        var services = new ServiceCollection();
        services.AddModel("first-stage", o => o.Path = files.FirstStage);
        services.AddModel("ranker", o => o.Path = files.Narrow)
            .UseBatching(o => o.MaxRows = 8)                                            // combines concurrent requests
            .Use((inner, p) => files.Choices.CascadePays                                // a cheap model selects the items for the ranker
                ? new CandidateCascadeRunner(inner, p.GetRequiredKeyedService<IModelRunner>("first-stage"), files.Choices.Keep)
                : inner)
            .UseFeatureCaching(RankExport.UserInputs, o => o.MaxBytes = 128 << 20);     // values that depend on the user alone are cached
        return services.BuildServiceProvider();
        #endregion
    }
}
