using System.Text;
using Inference.Decisions;
using Inference.Orleans.Grains;
using Microsoft.Extensions.DependencyInjection;
using Orleans;

namespace Inference.Orleans.Coordination;

/// <summary>Decisions in the memory of the cluster, for development. Thread-safe.</summary>
internal sealed class GrainDecisionStore(IServiceProvider services) : IDecisionStore
{
    public async ValueTask<Decision?> ReadHeadAsync(string model, CancellationToken cancellationToken = default) =>
        (await ReadAllAsync(model, cancellationToken).ConfigureAwait(false)).Records is [.., var head] ? head : null;

    public ValueTask<DecisionRecords> ReadAllAsync(string model, CancellationToken cancellationToken = default) => ReadAfterAsync(model, 0, cancellationToken);

    public ValueTask<DecisionRecords> ReadAfterAsync(string model, long sequence, CancellationToken cancellationToken = default) => AskAsync(model, async grain =>
    {
        string[] records = await grain.ReadAsync(sequence).WaitAsync(cancellationToken).ConfigureAwait(false);
        return new DecisionRecords { Records = [.. records.Select(static r => DecisionJson.TryRead(Encoding.UTF8.GetBytes(r))).OfType<Decision>()] };
    });

    public ValueTask<bool> TryAppendAsync(string model, Decision decision, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(decision);
        if (Decision.WhyNotWhole(decision) is { } why)
        {
            throw new ArgumentException($"Model '{model}', {decision}: {why}. Make records by Decision.After.", nameof(decision));
        }

        cancellationToken.ThrowIfCancellationRequested();
        return AskAsync(model, grain => grain.TryAppendAsync(Encoding.UTF8.GetString(DecisionJson.Write(decision))));
    }

    private async ValueTask<T> AskAsync<T>(string model, Func<IDecisionLogGrain, Task<T>> ask)
    {
        try
        {
            return await ask(services.GetRequiredService<IGrainFactory>().GetGrain<IDecisionLogGrain>(model)).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not (OperationCanceledException or InferenceException))
        {
            throw new DecisionStoreException($"Model '{model}': expected the cluster to keep the log of decisions, got {exception.GetType().Name}: {exception.Message}", exception);
        }
    }
}
