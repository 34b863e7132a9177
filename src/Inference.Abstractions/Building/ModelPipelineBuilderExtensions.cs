namespace Inference;

/// <summary>Extension methods for <see cref="IModelPipelineBuilder"/>.</summary>
public static class ModelPipelineBuilderExtensions
{
    /// <summary>Starts adding middleware to a runner.</summary>
    public static ModelRunnerBuilder AsBuilder(this IModelRunner runner)
    {
        ArgumentNullException.ThrowIfNull(runner);
        return new(runner);
    }

    /// <summary>Adds a custom stage, which may be placed anywhere.</summary>
    public static TBuilder Use<TBuilder>(this TBuilder builder, Func<IModelRunner, IModelRunner> factory)
        where TBuilder : IModelPipelineBuilder
    {
        ArgumentNullException.ThrowIfNull(factory);
        builder.Add(PipelineStage.Custom, "Use", (inner, _) => factory(inner));
        return builder;
    }

    /// <summary>Adds a custom stage that uses services; it may be placed anywhere.</summary>
    public static TBuilder Use<TBuilder>(this TBuilder builder, Func<IModelRunner, IServiceProvider, IModelRunner> factory)
        where TBuilder : IModelPipelineBuilder
    {
        builder.Add(PipelineStage.Custom, "Use", factory);
        return builder;
    }
}
