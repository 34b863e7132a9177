using Inference;

namespace Snippets;

#region middleware
/// <summary>Writes a line for each slow call.</summary>
internal sealed class SlowCallRunner(IModelRunner inner, TimeSpan limit, TimeProvider clock) : DelegatingModelRunner(inner)
{
    public override async ValueTask<NamedValues> RunAsync(NamedValues inputs, RunContext? context = null, CancellationToken cancellationToken = default)
    {
        long start = clock.GetTimestamp();
        NamedValues outputs = await Inner.RunAsync(inputs, context, cancellationToken).ConfigureAwait(false);
        if (clock.GetElapsedTime(start) is var elapsed && elapsed > limit)
        {
            Console.WriteLine($"{Info.Name}: {elapsed.TotalMilliseconds:F1} ms");
        }

        return outputs;
    }
}

internal static class SlowCallExtensions
{
    public static TBuilder UseSlowCallLog<TBuilder>(this TBuilder builder, TimeSpan limit)
        where TBuilder : IModelPipelineBuilder =>
        builder.Use((inner, services) => new SlowCallRunner(inner, limit, services.GetService(typeof(TimeProvider)) as TimeProvider ?? TimeProvider.System));
}
#endregion
