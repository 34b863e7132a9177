using Inference.Orleans.Coordination;
using Inference.Orleans.Grains;
using Inference.Orleans.Loading;
using Inference.Orleans.Payloads;
using Inference.Orleans.Placement;
using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace Inference.Orleans.Replicas;

/// <summary>The address of a model in this silo. Calls run off its turn; it reports its load and ends when it is not desired.</summary>
[Reentrant]
[ReplicaPlacement]
internal sealed class ReplicaGrain : Grain, IReplicaGrain
{
    private readonly SiloReplicas _replicas;
    private readonly ReplicaCalls _calls;
    private readonly LoadedModels _models;
    private readonly DirectoryWatch _watch;
    private readonly TimeProvider _clock;
    private readonly HashSet<long> _running = [];
    private readonly string _key;
    private readonly int _number;
    private int _desired = 1;
    private long _usedAt;
    private IDisposable? _timer;

    public ReplicaGrain(IGrainContext context, SiloReplicas replicas, ReplicaCalls calls, LoadedModels models, DirectoryWatch watch, TimeProvider clock)
    {
        (_replicas, _calls, _models, _watch, _clock) = (replicas, calls, models, watch, clock);
        _key = context.GrainId.Key.ToString()!;
        (Model, _number) = ReplicaKey.Parse(_key);
        _usedAt = clock.GetTimestamp();
    }

    /// <summary>The model.</summary>
    public string Model { get; }

    public async Task<ReplicaReply> RunAsync(ReplicaCall call, CancellationToken cancellationToken)
    {
        _usedAt = _clock.GetTimestamp();
        bool isFirst = _running.Add(call.Id);
        try
        {
            // On the pool: the grain's turn ends here, and the batcher sees calls that come meanwhile.
            return await Task.Run(() => _calls.RunAsync(Model, call, _desired, cancellationToken), CancellationToken.None);
        }
        finally
        {
            if (isFirst)
            {
                _running.Remove(call.Id);
            }
        }
    }

    public Task<bool> HasAsync(long call) => Task.FromResult(_running.Contains(call));

    public Task<FeedbackReply> ReportAsync(FeedbackItem[] reports) => Task.Run(() => _calls.ReportAsync(Model, reports));

    public Task<ModelDescription> DescribeAsync() => Task.Run(() => _calls.DescribeAsync(Model));

    /// <summary>Ends the replica once it is idle. Any thread.</summary>
    public void End() => DeactivateOnIdle();

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _desired = _number + 1;
        _replicas.Add(_key, this);
        _timer = this.RegisterGrainTimer(ReportAsync, new GrainTimerCreationOptions
        {
            DueTime = _models.Options.ExchangeInterval,
            Period = _models.Options.ExchangeInterval,
            Interleave = true,
        });
        return Task.CompletedTask;
    }

    // The runtime waits for calls of this grain before it calls this, so that what is here has been answered.
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _timer?.Dispose();
        _replicas.Remove(_key, this);
        return Task.CompletedTask;
    }

    private async Task ReportAsync(CancellationToken cancellationToken)
    {
        LoadSample sample = _models.Find(Model)?.Load.Sample() ?? default;
        try
        {
            ModelPlan plan = await GrainFactory.GetGrain<IModelDirectoryGrain>(Model).ReportAsync(new ReplicaLoad { Number = _number, Concurrency = sample.Concurrency, Wait = sample.Wait });
            _desired = plan.Replicas;
            _watch.Heard(Model, plan);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // The last plan stays in effect.
            _watch.Missed(Model, exception);
        }

        if (_running.Count == 0 && (_number >= _desired || _clock.GetElapsedTime(_usedAt) > _models.Options.IdleAfter))
        {
            DeactivateOnIdle();
        }
    }
}
