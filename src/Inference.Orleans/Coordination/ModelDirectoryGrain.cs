using Inference.Decisions;
using Inference.Orleans.Grains;
using Inference.Orleans.Loading;
using Inference.Orleans.Placement;
using Inference.Orleans.Scaling;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace Inference.Orleans.Coordination;

/// <summary>What the cluster knows of one model.</summary>
[Reentrant]
internal sealed class ModelDirectoryGrain : Grain, IModelDirectoryGrain
{
    // Processes whose rows are kept for the others; a window takes some 10 KB. Those that ended long ago have been read by all.
    private const int MostWindows = 256;

    // The trial in progress and the one before it: a silo may be a decision behind.
    private const int MostTrials = 2;

    // The default, the version on trial, and those before them.
    private const int MostVersions = 4;

    // A process that ended keeps what it said in the trial, which ends.
    private readonly NewestEvidence _trials = new(MostTrials, int.MaxValue);
    private readonly NewestEvidence _windows = new(MostVersions, MostWindows);
    private readonly ClusterView _view;
    private readonly LoadedModels _models;
    private readonly TimeProvider _clock;
    private readonly ReplicaScale _scale;
    private readonly IDecisionStore? _store;
    private readonly string _model;
    private long? _readAt;
    private long _decision;
    private string? _trouble;

    public ModelDirectoryGrain(IGrainContext context, IServiceProvider services, ClusterView view, LoadedModels models, TimeProvider clock)
    {
        (_view, _models, _clock) = (view, models, clock);
        _model = context.GrainId.Key.ToString()!;
        _scale = new ReplicaScale(models.Options, clock);
        _store = services.GetKeyedService<IDecisionStore>(_model) ?? services.GetService<IDecisionStore>();
    }

    public Task<ModelPlan> ReportAsync(ReplicaLoad load)
    {
        _scale.Add(load);
        return PlanAsync();
    }

    public async Task<ModelPlan> PlanAsync()
    {
        await ReadHeadAsync();

        // A second replica in one silo would be the same slot.
        int most = Math.Max(1, _view.Reports.Count(static r => !r.IsClosing));
        return new ModelPlan { Replicas = Math.Min(_scale.Replicas, most), Decision = _decision, Trouble = _trouble };
    }

    public Task<ReplicaEvidence[]> ExchangeAsync(ReplicaEvidence evidence) => Task.FromResult(_trials.Exchange(evidence));

    public Task<ReplicaEvidence[]> ExchangeWindowsAsync(ReplicaEvidence windows) => Task.FromResult(_windows.Exchange(windows));

    // Once an interval, however many replicas report.
    private async ValueTask ReadHeadAsync()
    {
        if (_store is null || (_readAt is { } at && _clock.GetElapsedTime(at) < _models.Options.ExchangeInterval))
        {
            return;
        }

        _readAt = _clock.GetTimestamp();
        try
        {
            _decision = (await _store.ReadHeadAsync(_model))?.Sequence ?? _decision;
            _trouble = null;
        }
        catch (InferenceException exception)
        {
            _trouble = exception.Message;
        }
    }
}
