using Inference;

namespace Consumer;

/// <summary>Middleware from outside: counts calls.</summary>
internal sealed class CallCountRunner(IModelRunner inner, CallCount count) : DelegatingModelRunner(inner)
{
    public override ValueTask<NamedValues> RunAsync(NamedValues inputs, RunContext? context = null, CancellationToken cancellationToken = default)
    {
        count.Add();
        return Inner.RunAsync(inputs, context, cancellationToken);
    }
}
