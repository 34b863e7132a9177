using Inference.Orleans.Grains;
using Inference.Orleans.Loading;
using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace Inference.Orleans.Coordination;

/// <summary>The silos that reported lately.</summary>
[Reentrant]
internal sealed class ClusterGrain(LoadedModels models, TimeProvider clock) : Grain, IClusterGrain
{
    private readonly Dictionary<SiloAddress, (SiloReport Report, IClusterObserver? Observer, long At)> _silos = [];

    public Task<SiloReport[]> ExchangeAsync(SiloReport report, IClusterObserver? observer)
    {
        _silos[report.Silo] = (report, observer, clock.GetTimestamp());
        return ReadAsync();
    }

    public async Task AnnounceAsync(string model, long sequence)
    {
        foreach (IClusterObserver observer in _silos.Values.Select(static s => s.Observer).OfType<IClusterObserver>().ToArray())
        {
            // One way: a silo that is gone keeps nobody waiting.
            await observer.DecidedAsync(model, sequence);
        }
    }

    public Task<SiloReport[]> ReadAsync()
    {
        foreach (SiloAddress silent in _silos.Where(s => clock.GetElapsedTime(s.Value.At) > models.Options.StaleAfter).Select(static s => s.Key).ToArray())
        {
            _silos.Remove(silent);
        }

        return Task.FromResult<SiloReport[]>([.. _silos.Values.Select(static s => s.Report)]);
    }
}
