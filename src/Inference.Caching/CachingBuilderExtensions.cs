using Inference.Caching.Stage;

namespace Inference.Caching;

/// <summary>Adds caching to models.</summary>
public static class CachingBuilderExtensions
{
    /// <summary>
    /// Answers rows that were answered before from memory; only missing rows run, and equal rows that miss at once run once. Rows are compared bit by bit, with names,
    /// types, shapes and tenant. Models whose rows are not independent are cached by whole calls.
    /// Options named by the model are read first, <paramref name="configure"/> runs last; changes of configuration are followed.
    /// </summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="configure">Sets options; null for none.</param>
    /// <exception cref="InferenceException">On building: the model draws random numbers or returns other values than tensors, and <see cref="CachingOptions.WhenNotCacheable"/> says to fail.</exception>
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
    /// Cuts the graph where the values that depend on <paramref name="inputs"/> alone end, caches those values by these inputs, and runs only the rest of the graph
    /// for each call: for inputs that change seldom, such as a user's id and history. Add it last: the two parts are the model's own and no stage below is run.
    /// </summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="inputs">Names of inputs of the model.</param>
    /// <param name="configure">Sets options; null for none.</param>
    /// <exception cref="InferenceException">On building: the model cannot be cut there, or a stage stands below, and <see cref="CachingOptions.WhenNotCacheable"/> says to fail.</exception>
    public static TBuilder UseFeatureCaching<TBuilder>(this TBuilder builder, IReadOnlyCollection<string> inputs, Action<CachingOptions>? configure = null)
        where TBuilder : IModelPipelineBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(inputs);
        string model = builder.ModelName;
        string[] names = [.. inputs];

        // A stage of its own kind, so that it can be used together with UseCaching.
        builder.Add(PipelineStage.Custom, "UseFeatureCaching", (inner, services) =>
        {
            var stage = new CachingStage(services, model, configure, "UseFeatureCaching", "features");
            if (inner is DelegatingModelRunner)
            {
                return stage.PassThrough(inner, $"expected the model itself below, found {inner.GetType().Name}, which the parts of the model would go past. Add UseFeatureCaching last.");
            }

            ModelSplit? split = inner.GetService<IModelSplitter>()?.Split(names);
            if (split is null)
            {
                return stage.PassThrough(inner, $"expected work that depends on {string.Join(", ", names)} alone, and other work, found none. Name other inputs.");
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
            return "expected outputs that depend on the inputs alone, the model draws random numbers. Remove the operators that do.";
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
