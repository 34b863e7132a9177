using Inference.Orleans.Grains;
using Inference.Orleans.Loading;
using Inference.Status;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans;

namespace Inference.Orleans.Silos;

/// <summary>Brings the counts of trials in progress to the other silos and theirs here.</summary>
internal sealed class EvidenceExchange(LoadedModels models, IServiceProvider services, TimeProvider clock, ILogger<EvidenceExchange> logger)
{
    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly Dictionary<string, (string Replica, long Sequence, long At)> _sent = new(StringComparer.Ordinal);

    /// <summary>Exchanges at each interval until it is stopped.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            await ExchangeAsync().ConfigureAwait(false);
            await Task.Delay(models.Options.EvidenceInterval, clock, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Exchanges once.</summary>
    public async Task ExchangeAsync()
    {
        await _one.WaitAsync().ConfigureAwait(false);
        try
        {
            foreach (ModelSlot slot in models.Slots.Where(static s => s.State == SlotState.Loaded))
            {
                if (Evidence(slot) is { } evidence && evidence.Report() is { } report && IsDue(slot.Model, report))
                {
                    await ExchangeAsync(slot.Model, evidence, report).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            _one.Release();
        }
    }

    // What is new is sent; and what is not from time to time, since others may have news.
    private bool IsDue(string model, EvidenceReport report) =>
        !_sent.TryGetValue(model, out (string Replica, long Sequence, long At) sent) || sent.Replica != report.Replica || sent.Sequence != report.Sequence || clock.GetElapsedTime(sent.At) >= models.Options.ExchangeInterval;

    private async Task ExchangeAsync(string model, IMergeableEvidence evidence, EvidenceReport report)
    {
        try
        {
            TrialEvidence[] others = await services.GetRequiredService<IGrainFactory>().GetGrain<IModelDirectoryGrain>(model)
                .ExchangeAsync(new TrialEvidence { Trial = report.Trial, Replica = report.Replica, Sequence = report.Sequence, Counts = report.Counts.ToArray() }).ConfigureAwait(false);
            _sent[model] = (report.Replica, report.Sequence, clock.GetTimestamp());
            foreach (TrialEvidence other in others)
            {
                evidence.Merge(new EvidenceReport(other.Trial, other.Replica, other.Sequence, other.Counts));
            }
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            SiloLog.EvidenceNotExchanged(logger, model, exception.Message);
        }
    }

    private static IMergeableEvidence? Evidence(ModelSlot slot)
    {
        try
        {
            return slot.Runner.GetService(typeof(IMergeableEvidence)) as IMergeableEvidence;
        }
        catch (Exception exception) when (exception is InferenceException or ObjectDisposedException)
        {
            // Unloaded meanwhile.
            return null;
        }
    }
}
