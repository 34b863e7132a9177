using Inference.Caching.Stage;

namespace Inference.Caching;

/// <summary>Adds caching to models.</summary>
public static class CachingBuilderExtensions
{
    /// <summary>
    /// Adds a stage that answers rows from memory that the model has answered before; only missing rows run, and equal rows that miss concurrently run once. Rows are compared
    /// bit by bit, together with names, types, shapes and tenant. Models whose rows are not independent are cached by whole calls.
    /// Options registered under the model's name apply first, then <paramref name="configure"/>; configuration changes are applied at run time.
    /// </summary>
    /// <param name="builder">The pipeline to add the stage to.</param>
    /// <param name="configure">Configures the options; null to keep them as they are.</param>
    /// <exception cref="InferenceException">Thrown while the pipeline is built: the model draws random numbers or has values other than tensors, and <see cref="CachingOptions.WhenNotCacheable"/> is <see cref="NotCacheableMode.Fail"/>.</exception>
    public static TBuilder UseCaching<TBuilder>(this TBuilder builder, Action<CachingOptions>? configure = null)
        where TBuilder : IModelPipelineBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        string model = builder.ModelName;
        builder.Add(PipelineStage.Caching, "UseCaching", (inner, services) =>
        {
            var stage = new CachingStage(services, model, configure, "UseCaching", "rows");
            return WhyNotCacheable(inner.Info) is { } why ? stage.PassThrough(inner, why) : stage.Open(inner);
        });
        return builder;
    }

    /// <summary>
    /// Splits the graph after the values that depend on <paramref name="inputs"/> alone, caches those values keyed by these inputs, and runs only the rest of the graph
    /// for each call. Use it for inputs that change rarely, such as a user's id and history. Add it last: both parts run on the model itself, so stages below it would be skipped.
    /// </summary>
    /// <param name="builder">The pipeline to add the stage to.</param>
    /// <param name="inputs">Names of model inputs.</param>
    /// <param name="configure">Configures the options; null to keep them as they are.</param>
    /// <exception cref="InferenceException">Thrown while the pipeline is built: the graph cannot be split there, or there is a stage below, and <see cref="CachingOptions.WhenNotCacheable"/> is <see cref="NotCacheableMode.Fail"/>.</exception>
    public static TBuilder UseFeatureCaching<TBuilder>(this TBuilder builder, IReadOnlyCollection<string> inputs, Action<CachingOptions>? configure = null)
        where TBuilder : IModelPipelineBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(inputs);
        string model = builder.ModelName;
        string[] names = [.. inputs];

        // A separate kind of stage, so that it can be combined with UseCaching.
        builder.Add(PipelineStage.Custom, "UseFeatureCaching", (inner, services) =>
        {
            var stage = new CachingStage(services, model, configure, "UseFeatureCaching", "features");
            if (inner is DelegatingModelRunner)
            {
                return stage.PassThrough(inner, $"expected no stage between UseFeatureCaching and the model, got {inner.GetType().Name}, which the parts of the model would bypass. Add UseFeatureCaching last.");
            }

            ModelSplit? split = inner.GetService<IModelSplitter>()?.Split(names);
            if (split is null)
            {
                return stage.PassThrough(inner, $"expected some nodes that depend on {string.Join(", ", names)} alone and some that do not, got only one kind. Name other inputs.");
            }

            if (WhyNotCacheable(split.Branch.Info) is { } why)
            {
                split.Dispose();
                return stage.PassThrough(inner, why);
            }

            string[] branchInputs = [.. split.Branch.Info.Inputs.Select(p => p.Name)];
            return new FeatureCachingRunner(inner, stage.Open(split.Branch), split.Rest, branchInputs);
        });
        return builder;
    }

    private static string? WhyNotCacheable(ModelInfo info)
    {
        if (!info.Deterministic)
        {
            return "expected outputs that depend on the inputs alone, but the model draws random numbers. Remove its random operators.";
        }

        foreach (ModelPort port in info.Inputs.Concat(info.Outputs))
        {
            if (port.Type.Kind != ModelValueKind.Tensor)
            {
                return $"expected tensors only, '{port.Name}' is a {port.Type}. Remove it from the model's signature.";
            }
        }

        return null;
    }
}
