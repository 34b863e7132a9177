using Inference.Status;

namespace Inference.Cluster;

/// <summary>Says of every call how good its answer was: those of version 2 are said to be worse by 5 points, so that its trials end in a rollback.</summary>
internal sealed class TrialStage(IModelRunner inner) : DelegatingModelRunner(inner)
{
    private const double BadShare = 0.05;
    private const double BadShareOfTrial = 0.10;

    public override async ValueTask<NamedValues> RunAsync(NamedValues inputs, RunContext? context = null, CancellationToken cancellationToken = default)
    {
        context ??= new RunContext();
        NamedValues outputs = await base.RunAsync(inputs, context, cancellationToken).ConfigureAwait(false);
        if (context.Record.VersionServed is { } version && Inner.GetService<IModelVersions>() is { Canary: not null } versions)
        {
            versions.ReportMetric(version, Random.Shared.NextDouble() < (version == "2" ? BadShareOfTrial : BadShare) ? 0 : 1);
        }

        return outputs;
    }
}
