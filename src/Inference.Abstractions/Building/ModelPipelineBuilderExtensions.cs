namespace Inference;

/// <summary>Conveniences over <see cref="IModelPipelineBuilder"/>.</summary>
public static class ModelPipelineBuilderExtensions
{
    /// <summary>Starts adding middleware to a runner.</summary>
    public static ModelRunnerBuilder AsBuilder(this IModelRunner runner)
    {
        ArgumentNullException.ThrowIfNull(runner);
        return new(runner);
    }

    /// <summary>Adds a stage of the user's own; it may stand anywhere.</summary>
    public static TBuilder Use<TBuilder>(this TBuilder builder, Func<IModelRunner, IModelRunner> factory)
        where TBuilder : IModelPipelineBuilder
    {
        ArgumentNullException.ThrowIfNull(factory);
        builder.Add(PipelineStage.Custom, "Use", (inner, _) => factory(inner));
        return builder;
    }

    /// <summary>Adds a stage of the user's own that takes services; it may stand anywhere.</summary>
    public static TBuilder Use<TBuilder>(this TBuilder builder, Func<IModelRunner, IServiceProvider, IModelRunner> factory)
        where TBuilder : IModelPipelineBuilder
    {
        builder.Add(PipelineStage.Custom, "Use", factory);
        return builder;
    }
}
