namespace Inference.Benchmarks.Soak;

/// <summary>Fails every batch that holds a poisoned row: one whose first element is <see cref="Mark"/>.</summary>
internal sealed class PoisonRunner(IModelRunner inner) : DelegatingModelRunner(inner)
{
    public const float Mark = 12345;

    public override ValueTask<NamedValues> RunAsync(NamedValues inputs, RunContext? context = null, CancellationToken cancellationToken = default)
    {
        ReadOnlySpan<float> x = inputs["x"].AsSpan<float>();
        for (int i = 0; i < x.Length; i += SoakModel.Features)
        {
            if (x[i] == Mark)
            {
                throw new ModelRunException("A row is poisoned.");
            }
        }

        return Inner.RunAsync(inputs, context, cancellationToken);
    }
}
