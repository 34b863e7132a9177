using Inference.Orleans.Coordination;
using Inference.Orleans.Grains;
using Inference.Orleans.Loading;
using Inference.Orleans.Placement;
using Inference.Orleans.Replicas;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Runtime;

namespace Inference.Orleans.Silos;

/// <summary>
/// The silo's part in the cluster: loads pinned models when it starts, exchanges loads with the other silos, hears of decisions, exchanges the evidence of trials, and refuses calls when it stops, until those that are here have ended.
/// </summary>
internal sealed class SiloAgent : ILifecycleParticipant<ISiloLifecycle>, IClusterObserver
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly LoadedModels _models;
    private readonly ClusterView _view;
    private readonly SiloReplicas _replicas;
    private readonly DirectoryWatch _watch;
    private readonly EvidenceExchange _evidence;
    private readonly ILocalSiloDetails _silo;
    private readonly IServiceProvider _services;
    private readonly TimeProvider _clock;
    private readonly ILogger<SiloAgent> _logger;
    private Task _loops = Task.CompletedTask;

    public SiloAgent(LoadedModels models, ClusterView view, SiloReplicas replicas, DirectoryWatch watch, EvidenceExchange evidence, ILocalSiloDetails silo, IServiceProvider services, TimeProvider clock, ILogger<SiloAgent> logger)
    {
        (_models, _view, _replicas, _watch, _evidence, _silo, _services, _clock, _logger) = (models, view, replicas, watch, evidence, silo, services, clock, logger);
        models.Unloaded = model => replicas.End(model);
    }

    public void Participate(ISiloLifecycle observer) => observer.Subscribe(nameof(SiloAgent), ServiceLifecycleStage.Active, StartAsync, StopAsync);

    public Task DecidedAsync(string model, long sequence)
    {
        _watch.Decided(model, sequence);
        return Task.CompletedTask;
    }

    /// <summary>What the silo says of itself.</summary>
    public SiloReport Report()
    {
        ModelSlot[] slots = [.. _models.Slots];
        return new SiloReport
        {
            Silo = _silo.SiloAddress,
            Name = _silo.Name,
            MaxBytes = _models.Options.MaxModelBytes,
            Bytes = _models.Reserved,
            Calls = slots.Sum(static s => s.Calls),
            IsClosing = _models.IsClosing,
            Loaded = [.. slots.Where(static s => s.State == SlotState.Loaded).Select(static s => s.Model)],
            Replicas = _replicas.Keys,
        };
    }

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (string model in _models.Options.Pinned)
        {
            ModelSlot slot = _models.Find(model) ?? throw new ModelLoadException($"Pinned model '{model}': expected a model of this name, found none. Register it with AddModel, or correct Pinned.");
            await _models.LoadAsync(slot, cancellationToken).ConfigureAwait(false);
        }

        _models.Open();
        var grains = _services.GetRequiredService<IGrainFactory>();
        IClusterObserver self = grains.CreateObjectReference<IClusterObserver>(this);
        _loops = Task.WhenAll(Task.Run(() => ExchangeAsync(grains, self), CancellationToken.None), Task.Run(() => _evidence.RunAsync(_stopping.Token), CancellationToken.None), Task.Run(() => FollowAsync(grains), CancellationToken.None));
    }

    private async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _loops.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Task drained = _models.CloseAsync(cancellationToken);

        // Others place nothing here from now on.
        await TryExchangeAsync(_services.GetRequiredService<IGrainFactory>(), null).ConfigureAwait(false);
        await drained.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task ExchangeAsync(IGrainFactory grains, IClusterObserver self)
    {
        while (!_stopping.IsCancellationRequested)
        {
            await TryExchangeAsync(grains, self).ConfigureAwait(false);
            await Task.Delay(_models.Options.ExchangeInterval, _clock, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // A replica hears of decisions when it reports its load. Models without one here, such as pinned ones, ask.
    private async Task FollowAsync(IGrainFactory grains)
    {
        while (!_stopping.IsCancellationRequested)
        {
            // At once: one that does not answer delays none of the others.
            await Task.WhenAll(_models.Slots.Where(s => s.State == SlotState.Loaded && !_replicas.Has(s.Model)).Select(s => FollowAsync(grains, s.Model))).ConfigureAwait(false);
            await Task.Delay(_models.Options.ExchangeInterval, _clock, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task FollowAsync(IGrainFactory grains, string model)
    {
        try
        {
            _watch.Heard(model, await grains.GetGrain<IModelDirectoryGrain>(model).PlanAsync().ConfigureAwait(false));
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            _watch.Missed(model, exception);
        }
    }

    private async Task TryExchangeAsync(IGrainFactory grains, IClusterObserver? self)
    {
        try
        {
            _view.Set(await grains.GetGrain<IClusterGrain>(IClusterGrain.Key).ExchangeAsync(Report(), self).ConfigureAwait(false));
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // The last reports stay in effect.
            SiloLog.NotExchanged(_logger, exception.Message);
        }
    }
}
