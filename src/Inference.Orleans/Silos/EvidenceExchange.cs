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
    private readonly Dictionary<(string Model, Part Part), (string Replica, long Sequence, long At)> _sent = [];

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
                await ExchangeAsync(slot.Model, Part.Trial, Find<IMergeableEvidence>(slot.Runner)).ConfigureAwait(false);
                await ExchangeAsync(slot.Model, Part.Default, Find<IMergeableWindows>(slot.Runner)).ConfigureAwait(false);
                if (Find<IModelVersions>(slot.Runner)?.Canary is { } canary && Find<IModelRunner>(slot.Runner, canary.Version) is { } tried)
                {
                    await ExchangeAsync(slot.Model, Part.Canary, Find<IMergeableWindows>(tried)).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            _one.Release();
        }
    }

    private async Task ExchangeAsync(string model, Part part, IMergeableEvidence? evidence)
    {
        if (evidence?.Report() is not { } report || !IsDue(model, part, report))
        {
            return;
        }

        try
        {
            var own = new ReplicaEvidence { Subject = report.Subject, Replica = report.Replica, Sequence = report.Sequence, Counts = report.Counts.ToArray() };
            IModelDirectoryGrain directory = services.GetRequiredService<IGrainFactory>().GetGrain<IModelDirectoryGrain>(model);
            ReplicaEvidence[] others = await (part == Part.Trial ? directory.ExchangeAsync(own) : directory.ExchangeWindowsAsync(own)).ConfigureAwait(false);
            _sent[(model, part)] = (report.Replica, report.Sequence, clock.GetTimestamp());
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
    private bool IsDue(string model, Part part, EvidenceReport report) =>
        !_sent.TryGetValue((model, part), out (string Replica, long Sequence, long At) sent) || sent.Replica != report.Replica || sent.Sequence != report.Sequence
        || (part == Part.Trial && clock.GetElapsedTime(sent.At) >= models.Options.ExchangeInterval);

    private static T? Find<T>(IModelRunner runner, string? version = null)
        where T : class
    {
        try
        {
            return runner.GetService(typeof(T), version) as T;
        }
        catch (Exception exception) when (exception is InferenceException or ObjectDisposedException)
        {
            // Unloaded meanwhile.
            return null;
        }
    }

    /// <summary>What is exchanged of a model.</summary>
    private enum Part
    {
        /// <summary>The counts of its trial.</summary>
        Trial,

        /// <summary>The rows of its default version.</summary>
        Default,

        /// <summary>The rows of the version on trial.</summary>
        Canary,
    }
}
