using Inference;

namespace Consumer;

internal static class CallCountExtensions
{
    public static TBuilder UseCallCount<TBuilder>(this TBuilder builder, CallCount count)
        where TBuilder : IModelPipelineBuilder =>
        builder.Use((inner, _) => new CallCountRunner(inner, count));
}
