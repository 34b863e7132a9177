using Inference.Orleans.Grains;
using Inference.Orleans.Loading;
using Inference.Status;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans;

namespace Inference.Orleans.Silos;

/// <summary>Brings the counts of trials in progress, and the rows that monitoring counted, to the other silos and theirs here.</summary>
internal sealed class EvidenceExchange(LoadedModels models, IServiceProvider services, TimeProvider clock, ILogger<EvidenceExchange> logger)
{
    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly Dictionary<(string Model, bool IsTrial), (string Replica, long Sequence, long At)> _sent = [];

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
                await ExchangeAsync(slot.Model, isTrial: true, Find<IMergeableEvidence>(slot)).ConfigureAwait(false);
                await ExchangeAsync(slot.Model, isTrial: false, Find<IMergeableWindows>(slot)).ConfigureAwait(false);
            }
        }
        finally
        {
            _one.Release();
        }
    }

    private async Task ExchangeAsync(string model, bool isTrial, IMergeableEvidence? evidence)
    {
        if (evidence?.Report() is not { } report || !IsDue(model, isTrial, report))
        {
            return;
        }

        try
        {
            var own = new ReplicaEvidence { Subject = report.Subject, Replica = report.Replica, Sequence = report.Sequence, Counts = report.Counts.ToArray() };
            IModelDirectoryGrain directory = services.GetRequiredService<IGrainFactory>().GetGrain<IModelDirectoryGrain>(model);
            ReplicaEvidence[] others = await (isTrial ? directory.ExchangeAsync(own) : directory.ExchangeWindowsAsync(own)).ConfigureAwait(false);
            _sent[(model, isTrial)] = (report.Replica, report.Sequence, clock.GetTimestamp());
            foreach (ReplicaEvidence other in others)
            {
                evidence.Merge(new EvidenceReport(other.Subject, other.Replica, other.Sequence, other.Counts));
            }
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            SiloLog.EvidenceNotExchanged(logger, model, exception.Message);
        }
    }

    // What is new is sent; and of a trial what is not from time to time, since others may have news. Windows are new with each bucket.
    private bool IsDue(string model, bool isTrial, EvidenceReport report) =>
        !_sent.TryGetValue((model, isTrial), out (string Replica, long Sequence, long At) sent) || sent.Replica != report.Replica || sent.Sequence != report.Sequence
        || (isTrial && clock.GetElapsedTime(sent.At) >= models.Options.ExchangeInterval);

    private static T? Find<T>(ModelSlot slot)
        where T : class
    {
        try
        {
            return slot.Runner.GetService(typeof(T)) as T;
        }
        catch (Exception exception) when (exception is InferenceException or ObjectDisposedException)
        {
            // Unloaded meanwhile.
            return null;
        }
    }
}
