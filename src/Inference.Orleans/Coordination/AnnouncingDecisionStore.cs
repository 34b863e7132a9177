using Inference.Decisions;
using Inference.Orleans.Grains;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans;

namespace Inference.Orleans.Coordination;

/// <summary>A store of decisions whose records are announced to all silos. Thread-safe.</summary>
internal sealed class AnnouncingDecisionStore(IDecisionStore inner, IServiceProvider services) : IDecisionStore
{
    public ValueTask<Decision?> ReadHeadAsync(string model, CancellationToken cancellationToken = default) => inner.ReadHeadAsync(model, cancellationToken);

    public ValueTask<DecisionRecords> ReadAfterAsync(string model, long sequence, CancellationToken cancellationToken = default) => inner.ReadAfterAsync(model, sequence, cancellationToken);

    public ValueTask<DecisionRecords> ReadAllAsync(string model, CancellationToken cancellationToken = default) => inner.ReadAllAsync(model, cancellationToken);

    public async ValueTask<bool> TryAppendAsync(string model, Decision decision, CancellationToken cancellationToken = default)
    {
        if (!await inner.TryAppendAsync(model, decision, cancellationToken).ConfigureAwait(false))
        {
            return false;
        }

        services.GetRequiredService<DirectoryWatch>().Wrote(model, decision.Sequence);
        _ = AnnounceAsync(model, decision.Sequence);
        return true;
    }

    // The record is durable; whoever does not hear of it reads it at the next exchange.
    private async Task AnnounceAsync(string model, long sequence)
    {
        try
        {
            await services.GetRequiredService<IGrainFactory>().GetGrain<IClusterGrain>(IClusterGrain.Key).AnnounceAsync(model, sequence).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            DirectoryLog.NotAnnounced(services.GetRequiredService<ILogger<AnnouncingDecisionStore>>(), model, sequence, exception.Message);
        }
    }
}
